using System.Diagnostics;
using System.Reflection;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>A lane whose batch answers when the test says so.</summary>
public sealed class PurchaseLaneTests
{
    private const int Capacity = 120, InCall = Capacity / 2;

    /// <summary>
    /// A full call takes so long that the batch answers fewer in an eighth of the bound than a call has.
    /// </summary>
    private static readonly SaleOptions Options = new() { LaneCapacity = Capacity, AnswerWithinSeconds = 4 };

    private static readonly TimeSpan CallTakes = TimeSpan.FromSeconds(0.7), Bound = TimeSpan.FromMinutes(1);

    private readonly Channel<SlowBatch.Asked> _calls = Channel.CreateUnbounded<SlowBatch.Asked>();
    private readonly PurchaseLane _lane;
    private ulong _users;

    public PurchaseLaneTests() => _lane = NewLane(Options);

    [Fact]
    public async Task Who_would_have_to_wait_long_is_told_at_once_though_the_lane_has_room()
    {
        _ = Ask();
        var sent = 0UL;
        for (var full = 0; full < LanePace.JudgedCalls;)
        {
            var call = await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);
            sent += (ulong)call.Count;
            while (_users - sent < InCall) Ask().IsCompleted.ShouldBeFalse("there is room");
            if (call.Count == InCall)
            {
                full++;
                await Task.Delay(CallTakes, TestContext.Current.CancellationToken); // paced: a slow batch
            }
            call.Answer();
            await Eventually.HoldsAsync(() => !call.Users.Any(_lane.IsWaiting), "their places are given up");
        }

        // The next call is under way, so the last one was judged, and half of the lane is free.
        await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);
        var late = Ask();
        late.IsCompleted.ShouldBeTrue();
        (await late).Refused.ShouldBe(Refusal.Overloaded);
    }

    // Without a key, a request that comes after the answer is a purchase of its own. The lane has answered before it
    // forgets the first request, and counts the buyer as waiting until then.
    [Fact]
    public async Task A_buyer_who_asks_again_after_their_answer_makes_a_second_purchase()
    {
        var request = new PurchaseRequest(new Alias(1, 1), null, 1, 1, true);
        var first = _lane.AskAsync(request, Now);
        _lane.AskAsync(request, Now).ShouldBe(first, "the same request joins the one that waits");
        // Continues on the thread that answers.
        var again = first.ContinueWith(
            _ => (Task: _lane.AskAsync(request, Now), IsWaiting: _lane.IsWaiting(request.Buyer)),
            TaskContinuationOptions.ExecuteSynchronously);
        (await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken)).Answer();
        var (second, isWaiting) = await again;
        (second == first, isWaiting).ShouldBe((false, true));

        (await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken)).Answer();
        (await second).Refused.ShouldBe(Refusal.NotReserved);
        await Eventually.HoldsAsync(() => !_lane.IsWaiting(request.Buyer), "his place is given up");
    }

    [Fact]
    public async Task Who_has_as_many_purchases_under_way_as_anybody_may_buy_is_refused_the_next_and_nobody_else_is()
    {
        var lane = NewLane(new SaleOptions());
        Task<PurchaseOutcome> Ask(ulong user, int key) =>
            lane.AskAsync(
                new PurchaseRequest(new Alias(2, user), new KeyHash(3, (ulong)key), 1, 1, ByTicket: true), Now);

        var open = Enumerable.Range(0, PurchaseLane.MaxOpenPerUser).Select(key => Ask(1, key)).ToArray();
        var refused = Ask(1, open.Length);
        refused.IsCompleted.ShouldBeTrue();
        (await refused).Refused.ShouldBe(Refusal.Overloaded);
        Ask(1, 0).ShouldBe(open[0], "who asks the same still joins");
        Ask(2, 0).IsCompleted.ShouldBeFalse();

        var answered = 0;
        while (answered <= open.Length)
        {
            var call = await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);
            answered += call.Count;
            call.Answer();
        }
        await Task.WhenAll(open);
        Ask(1, open.Length).IsCompleted.ShouldBeFalse("he has none under way any more");
    }

    [Fact]
    public async Task A_purchase_that_was_long_under_way_before_it_came_is_answered_at_the_end_of_its_one_bound()
    {
        var options = new SaleOptions { AnswerWithinSeconds = 3_600 };
        var longAgo = Now - options.AnswerWithinSeconds * Stopwatch.Frequency;
        var late = NewLane(options).AskAsync(new PurchaseRequest(new Alias(5, 1), null, 1, 1, true), longAgo);
        (await late.WaitAsync(Bound, TestContext.Current.CancellationToken)).Refused.ShouldBe(Refusal.Overloaded);
    }

    [Fact]
    public async Task An_equal_purchase_that_joins_later_has_the_bound_of_the_earlier_of_the_two()
    {
        var options = new SaleOptions { AnswerWithinSeconds = 3_600 };
        var (lane, request) = (NewLane(options), new PurchaseRequest(new Alias(5, 3), null, 1, 1, true));
        var first = lane.AskAsync(request, Now);
        lane.AskAsync(request, Now - options.AnswerWithinSeconds * Stopwatch.Frequency).ShouldBe(first);
        (await first.WaitAsync(Bound, TestContext.Current.CancellationToken)).Refused.ShouldBe(Refusal.Overloaded);
    }

    [Fact]
    public async Task The_purchases_of_a_call_that_fails_in_whatever_way_are_sent_again()
    {
        var lane = NewLane(new SaleOptions { AnswerWithinSeconds = 3_600 });
        var bought = lane.AskAsync(new PurchaseRequest(new Alias(5, 2), null, 1, 1, true), Now);
        foreach (var failure in (Exception[])[new InsufficientMemoryException(), new TimeoutException()])
            (await NextCallAsync()).Fail(failure);
        (await NextCallAsync()).Answer();
        (await bought.WaitAsync(Bound, TestContext.Current.CancellationToken)).Refused.ShouldBe(Refusal.NotReserved);
    }

    private Task<SlowBatch.Asked> NextCallAsync() =>
        _calls.Reader.ReadAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);

    private static long Now => Stopwatch.GetTimestamp();

    private PurchaseLane NewLane(SaleOptions options)
    {
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        var batch = DispatchProxy.Create<ISaleBatchGrain, SlowBatch>();
        ((SlowBatch)batch).Calls = _calls.Writer;
        ((Grains)grains).Batch = batch;
        var feed = new BoardFeed(new ListedBatch(Terms(), null), grains, TimeProvider.System, new PollPace(),
            NullLogger<BoardFeed>.Instance, CancellationToken.None);
        return new PurchaseLane(feed, grains, options, NullLogger<PurchaseLane>.Instance);
    }

    private static BatchTerms Terms()
    {
        var opens = DateTimeOffset.UnixEpoch;
        return new BatchTerms("slow", new Product("mi2", "Mi2", new Money(199_900, "CNY"), null), ["weibo"], 1, 1, 900,
            new Schedule(opens, opens, opens, opens.AddDays(1)));
    }

    private Task<PurchaseOutcome> Ask() =>
        _lane.AskAsync(new PurchaseRequest(new Alias(4, ++_users), null, 1, 1, true), Now);

    /// <summary>Knows one batch.</summary>
    public class Grains : DispatchProxy
    {
        internal object? Batch { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Batch;
    }

    /// <summary>A batch that answers when the test says so.</summary>
    public class SlowBatch : DispatchProxy
    {
        internal ChannelWriter<Asked>? Calls { get; set; }

        /// <inheritdoc/>
        protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var asked = new Asked((PurchaseCall)args![0]!);
            Calls!.TryWrite(asked).ShouldBeTrue();
            return asked.Answered;
        }

        internal sealed class Asked(PurchaseCall call)
        {
            private readonly TaskCompletionSource<PurchaseOutcomes> _answered =
                new(TaskCreationOptions.RunContinuationsAsynchronously);

            public Task<PurchaseOutcomes> Answered => _answered.Task;

            public int Count => call.Requests.Length;

            public IEnumerable<Alias> Users => call.Requests.Select(request => request.Buyer);

            public void Fail(Exception failure) => _answered.SetException(failure);

            public void Answer() => _answered.SetResult(
                new PurchaseOutcomes([.. call.Requests.Select(_ => PurchaseOutcome.No(Refusal.NotReserved))]));
        }
    }
}
