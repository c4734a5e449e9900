using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>An order, with everything that happened to it.</summary>
internal sealed record NaiveOrder(long Seq, Alias User, int[] Units, long HeldAt, long PayBy, KeyHash? Key)
{
    public int[] Units { get; set; } = Units;

    public long HeldAt { get; set; } = HeldAt;

    public long PayBy { get; set; } = PayBy;

    /// <summary>The key of the last shipment; null: it was not shipped.</summary>
    public KeyHash? ShippedUnder { get; set; }

    public long ShippedAt { get; set; }

    public int Revivals { get; set; }

    /// <summary>The order whose units it waits to have; null: it has its own.</summary>
    public long? From { get; set; }

    /// <summary>The entry by which its buyer offers it back; null: they do not.</summary>
    public long? OfferedBackAt { get; set; }

    public int OffersBack { get; set; }

    public NaiveState State { get; set; }

    public List<string> Checkouts { get; } = [];

    public string? Checkout => Checkouts.LastOrDefault();

    public PaymentId? Payment { get; set; }

    public long PaidAt { get; set; }

    public Cancellation? Cancelled { get; set; }

    public bool IsLive => State is NaiveState.Held or NaiveState.Paid;
}

internal enum NaiveState
{
    Held,
    Paid,
    Expired,
    Cancelled,
    Gone,
    Returned,
}
