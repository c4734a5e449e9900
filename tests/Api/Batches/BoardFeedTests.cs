using System.Reflection;
using Microsoft.Extensions.Logging;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Api.Batches;

/// <summary>A front's copy of a board while the batch does not answer.</summary>
public sealed class BoardFeedTests
{
    private static readonly DateTimeOffset At = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private static readonly BatchTerms Terms = new(
        "mi2-1", new Product("mi2", "Mi2", new Money(199_900, "CNY"), null), ["weibo"], 10, 1, 900,
        new Schedule(At, At.AddHours(1), At.AddHours(2), At.AddHours(3)));

    [Fact]
    public async Task A_batch_that_does_not_answer_does_not_fill_the_log()
    {
        var log = new CountingLog();
        var feed = new BoardFeed(
            new ListedBatch(Terms, null), DispatchProxy.Create<IGrainFactory, NoSilo>(), TimeProvider.System,
            new PollPace(), log,
            TestContext.Current.CancellationToken);
        for (var ask = 0; ask < 20; ask++) (await feed.CatchUpAsync()).ShouldBeFalse();
        log.Count.ShouldBe(1);
    }

    /// <summary>No actor is to be had.</summary>
    public class NoSilo : DispatchProxy
    {
        /// <inheritdoc/>
        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new OrleansException("no silo");
    }

    private sealed class CountingLog : ILogger<BoardFeed>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);
    }
}
