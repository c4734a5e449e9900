using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Batches;

/// <summary>What the list of boards asks of the batches, and what it does when one does not answer.</summary>
public sealed class BoardListingTests : IDisposable
{
    private const int Count = 200;

    private readonly Engine _engine = new();
    private readonly CatalogueCopy _catalogue;
    private readonly BoardListing _listing;
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

    public BoardListingTests()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)grains).Engine = _engine;
        _catalogue = new CatalogueCopy(grains, TimeProvider.System, NullLoggerFactory.Instance, _lifetime);
        _listing = new BoardListing(_catalogue, TimeProvider.System);
    }

    public void Dispose()
    {
        _lifetime.StopApplication();
        _listing.Dispose();
        _catalogue.Dispose();
    }

    [Fact]
    public async Task However_many_ask_for_the_list_each_batch_is_asked_at_the_pace_of_the_list_and_not_polled()
    {
        Offer("moving", opens: -1, closes: 1);
        Offer("resting", opens: 1, closes: 2);
        var started = TimeProvider.System.GetTimestamp();
        for (var round = 0; round < 20; round++)
            (await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReadAsync())))
                .ShouldAllBe(page => page.Length == 2 * Count);
        var given = TestContext.Current.CancellationToken;
        await Task.Delay(5 * PollPace.MinInterval, given); // paced: a poll would ask five times
        var elapsed = TimeProvider.System.GetElapsedTime(started);

        var pace = ListPace.Of(moving: Count, resting: Count);
        foreach (var (batch, asks) in _engine.Asks)
        {
            // Until a batch has first answered, it may still move to another silo.
            var age = batch.StartsWith("moving", StringComparison.Ordinal) ? pace.MovingAge : pace.RestingAge;
            asks.ShouldBeLessThanOrEqualTo(1 + (int)(elapsed / age), batch);
        }
    }

    [Fact]
    public void Few_boards_in_the_list_are_as_young_as_single_ones_and_many_cost_no_more_than_the_bound()
    {
        ListPace.Of(moving: 50, resting: 250).ShouldBe(new ListPace(BoardFeed.MaxAge, ListPace.MinRestingAge));
        ListPace.Of(moving: 10_000, resting: 10_000)
            .ShouldBe(new ListPace(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task A_batch_that_does_not_answer_costs_its_place_in_the_list_and_not_the_list()
    {
        Offer("b", opens: -1, closes: 1);
        _engine.Silent["b-7"] = true;
        (await ReadAsync()).ShouldNotContain(board => board.Contains("\"b-7\"", StringComparison.Ordinal));

        // The silent batch is still being asked, and the list does not wait for it: it has the answers of the others.
        var asksBefore = _engine.Asks["b-7"];
        _engine.Fail("b-7");
        await Eventually.HoldsAsync(
            async () => (await ReadAsync()).Length == Count - 1 && _engine.Asks["b-7"] > asksBefore,
            "it is asked again");

        _engine.Silent.Clear();
        _engine.Fail("b-7");
        await Eventually.HoldsAsync(async () => (await ReadAsync()).Length == Count, "it answers, and has its place");
    }

    [Fact]
    public async Task A_sale_that_is_over_and_holds_nothing_is_not_woken_by_the_list_again()
    {
        Offer("over", opens: -2, closes: -1);
        for (var round = 0; round < 3; round++) (await ReadAsync()).Length.ShouldBe(Count);
        _engine.Asks.Values.ShouldAllBe(asks => asks == 1);
        ListedBoard.OverAge.ShouldBeGreaterThan(TimeSpan.FromMinutes(15), "longer than an idle actor stays");
    }

    [Fact]
    public async Task The_catalogue_is_asked_only_for_what_it_has_added_until_another_activation_answers()
    {
        Offer("a", opens: -1, closes: 1);
        var first = await ReadAsync();
        first.Length.ShouldBe(Count);
        first[0].ShouldContain($"\"a-{Count - 1}\"");
        _engine.Pages.Clear();
        await _catalogue.RefreshAsync();
        _engine.Pages.ShouldAllBe(from => from == Count, "nothing of what is known is read again");

        _engine.Batches.Reverse();
        _engine.Activation = Guid.NewGuid();
        await Eventually.HoldsAsync(
            async () => (await ReadAsync())[0].Contains("\"a-0\"", StringComparison.Ordinal),
            "the order is the new one's, the last of its list first");
        (await ReadAsync()).Length.ShouldBe(Count);
    }

    [Fact]
    public async Task Callers_who_wait_while_the_catalogue_is_silent_share_its_failure()
    {
        _engine.Lists = [new(), new()];
        var first = _catalogue.RefreshAsync();
        var others = Enumerable.Range(0, 50).Select(_ => _catalogue.RefreshAsync()).ToArray();
        foreach (var list in _engine.Lists) list.SetException(new TimeoutException("no answer"));
        await Should.ThrowAsync<TimeoutException>(first);
        foreach (var other in others) await Should.ThrowAsync<TimeoutException>(other);
        _engine.Pages.Count.ShouldBe(2, "the others came during the first call, and share the next");

        Offer("a", opens: -1, closes: 1);
        (_engine.Lists, _engine.Pages) = ([], []);
        await _catalogue.RefreshAsync();
        _engine.Pages.ShouldNotBeEmpty("a later caller makes a call of its own");
    }

    private void Offer(string name, int opens, int closes)
    {
        var now = DateTimeOffset.UtcNow;
        var schedule =
            new Schedule(now.AddHours(opens - 2), now.AddHours(opens - 1), now.AddHours(opens), now.AddHours(closes));
        for (var i = 0; i < Count; i++)
        {
            _engine.Batches.Add(new BatchTerms(
                $"{name}-{i}", new Product("mi2", "Mi2", new Money(199_900, "CNY"), null), ["weibo"], 10, 1,
                900, schedule));
        }
    }

    private async Task<string[]> ReadAsync()
    {
        var (boards, _, now) = (await _listing.ReadAsync(after: null, 1_000)).ShouldNotBeNull();
        return [.. boards.Select(board =>
        {
            var text = new System.Buffers.ArrayBufferWriter<byte>();
            board.Write(text, now);
            text.WrittenCount.ShouldBe(board.Length);
            return Encoding.UTF8.GetString(text.WrittenSpan);
        })];
    }

    /// <summary>What the actors would know.</summary>
    internal sealed class Engine
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<BoardUpdate?>> _unanswered = [];

        public List<BatchTerms> Batches { get; } = [];

        public Guid Activation { get; set; } = Guid.NewGuid();

        public ConcurrentDictionary<string, int> Asks { get; } = [];

        public ConcurrentBag<int> Pages { get; set; } = [];

        /// <summary>What the first calls of the catalogue answer.</summary>
        public TaskCompletionSource<CataloguePage>[] Lists { get; set; } = [];

        public ConcurrentDictionary<string, bool> Silent { get; } = [];

        public Task<CataloguePage> List(int from)
        {
            Pages.Add(from);
            if (Pages.Count <= Lists.Length) return Lists[Pages.Count - 1].Task;
            return Task.FromResult(new CataloguePage(
                [.. Batches.Skip(from).Take(CataloguePage.MaxCount).Select(terms => new ListedBatch(terms, null))],
                Activation));
        }

        public Task<BoardUpdate?> ReadBoard(string batch)
        {
            Asks.AddOrUpdate(batch, 1, (_, asks) => asks + 1);
            var schedule = Batches.First(terms => terms.Id == batch).Schedule;
            return Silent.ContainsKey(batch)
                ? _unanswered.GetOrAdd(batch, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.FromResult<BoardUpdate?>(
                    new(new BatchSnapshot(1, new byte[32], 10, 10, 0, 0, 0, 0, 0, null, false, 0, schedule), []));
        }

        public void Fail(string batch)
        {
            if (_unanswered.TryRemove(batch, out var asked)) asked.SetException(new TimeoutException("no answer"));
        }
    }

    /// <summary>Makes the actors of an engine.</summary>
    public class Grains : DispatchProxy
    {
        internal Engine? Engine { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.GetGenericArguments()[0] == typeof(ICatalogueGrain))
            {
                var catalogue = DispatchProxy.Create<ICatalogueGrain, Catalogue>();
                ((Catalogue)catalogue).Engine = Engine;
                return catalogue;
            }
            var batch = DispatchProxy.Create<ISaleBatchGrain, Batch>();
            (((Batch)batch).Engine, ((Batch)batch).Id) = (Engine, (string)args![0]!);
            return batch;
        }
    }

    /// <summary>The catalogue of an engine.</summary>
    public class Catalogue : DispatchProxy
    {
        internal Engine? Engine { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Engine!.List((int)args![0]!);
    }

    /// <summary>A batch of an engine.</summary>
    public class Batch : DispatchProxy
    {
        internal Engine? Engine { get; set; }

        internal string Id { get; set; } = "";

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Engine!.ReadBoard(Id);
    }
}
