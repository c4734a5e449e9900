using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Actors;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>Calls to actors within the bound of a request.</summary>
public sealed class ActorRetryTests
{
    private const int BoundSeconds = 3_600;

    private readonly ActorRetry _retry = new(Options.Create(new SaleOptions { AnswerWithinSeconds = BoundSeconds }));

    [Fact]
    public async Task A_call_takes_only_what_is_left_of_a_bound_that_began_before()
    {
        var longAgo = Stopwatch.GetTimestamp() - BoundSeconds * Stopwatch.Frequency;
        _retry.LeftSince(longAgo).ShouldBe(TimeSpan.Zero);
        var silent = new TaskCompletionSource<int>();
        await Should.ThrowAsync<SaleUnavailableException>(_retry.AskAsync(() => silent.Task, longAgo)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        (await _retry.AskAsync(() => Task.FromResult(7), longAgo)).ShouldBe(7, "what is there at once is taken");
    }

    [Fact]
    public async Task A_call_that_fails_is_made_again()
    {
        var calls = 0;
        (await _retry.AskAsync(() => ++calls < 3 ? throw new TimeoutException() : Task.FromResult(calls))).ShouldBe(3);
    }
}
