using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A provider that is asked about checkouts. It answers at once, unless a test lets it wait.</summary>
internal sealed class FakeAsker : ICheckoutAsker
{
    /// <summary>A batch with an order that has a checkout.</summary>
    public static (LiveBatch Live, Order Order) CheckedOut()
    {
        var live = Open();
        live.Buy("weibo:a");
        CheckOutAll(live);
        return (live, live.State.Orders.All[0]);
    }

    /// <summary>Opens a checkout for every order.</summary>
    public static void CheckOutAll(LiveBatch live)
    {
        foreach (var order in live.State.Orders.All)
            live.Commit(live.State.LastAt, new CheckoutOpened(order.Seq, 1, SoleProvider.Name, $"c{order.Seq}"));
    }

    /// <summary>A sweep that asks it.</summary>
    public CheckoutSweep SweepOf(LiveBatch live, long grace = Grace)
    {
        // What a test lets go on has gone on when it looks: no context may hand it to another thread.
        SynchronizationContext.SetSynchronizationContext(null);
        return new(live.State, this, grace, new CheckoutWatch(NullLogger<CheckoutWatch>.Instance));
    }

    public Dictionary<long, long> Closed { get; } = [];

    public List<long> Found { get; } = [];

    public List<long> Tries { get; } = [];

    public long Now { get; set; }

    public CheckoutState? Answer { get; set; }

    /// <summary>What a closing answers; null: as a question.</summary>
    public CheckoutState? CloseAnswer { get; set; }

    public InlineGate? Waits { get; set; }

    public Action Capture { get; set; } = () => throw new InvalidOperationException("nobody pays");

    public List<OpenedCheckout> Captured { get; } = [];

    public async Task<CheckoutState> FindAsync(OpenedCheckout checkout)
    {
        Found.Add(checkout.Order.Seq);
        if (Waits is { } waits) await waits;
        return Answer ?? new CheckoutState(CheckoutStage.Open);
    }

    public async Task<CheckoutState> CloseAsync(OpenedCheckout checkout)
    {
        Tries.Add(Now);
        if (Answer is null) Closed.Add(checkout.Order.Seq, Now);
        else Closed[checkout.Order.Seq] = Now;
        if (Waits is { } waits) await waits;
        return CloseAnswer ?? Answer ?? new CheckoutState(CheckoutStage.Closed);
    }

    public Task<bool> CaptureAsync(OpenedCheckout checkout, CheckoutState state)
    {
        Captured.Add(checkout);
        Capture();
        return Task.FromResult(true);
    }
}
