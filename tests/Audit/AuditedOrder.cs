namespace OrleansSale.Tests.Audit;

/// <summary>An order as the ledger tells it.</summary>
public sealed class AuditedOrder
{
    internal AuditedOrder(int number, long seq, Buyer buyer, int[] units)
    {
        Number = number;
        Seq = seq;
        Buyer = buyer;
        Units = FirstUnits = units;
    }

    /// <summary>Sequence of the hold that made it; with its batch, its id.</summary>
    public long Seq { get; }

    /// <summary>What stands for the user who has it.</summary>
    public string Alias => Buyer.Alias;

    /// <summary>What stands for the client's key that made it; null: there was none.</summary>
    public string? Key { get; init; }

    /// <summary>The place in the line whose offer it is; null: it was bought directly.</summary>
    public AuditedPlace? Place { get; init; }

    /// <summary>Its units' numbers, the last ones if it got others when it was paid late or revived.</summary>
    public IReadOnlyList<int> Units { get; internal set; }

    /// <summary>The units that it was held with.</summary>
    public IReadOnlyList<int> FirstUnits { get; }

    /// <summary>The payment it was sold with, or null; a cancelled one keeps it.</summary>
    public PaymentKey? Payment { get; internal set; }

    /// <summary>The operator who cancelled it; null: nobody did, or the buyer.</summary>
    public string? CancelledBy { get; internal set; }

    /// <summary>Why it has no units any more: expired, cancelled or returned; null while it is live.</summary>
    public string? Released { get; internal set; }

    /// <summary>Awaiting payment or paid.</summary>
    public bool Live => Released is null && !Gone;

    /// <summary>An operator said that it is on its way.</summary>
    public bool Shipped { get; internal set; }

    /// <summary>Refunded after it was shipped: its units are with the buyer.</summary>
    public bool Gone { get; internal set; }

    /// <summary>How often it was revived.</summary>
    public int Revivals { get; internal set; }

    /// <summary>The live order that waits to have its units, because its buyer gives them back; null: none.</summary>
    internal AuditedOrder? Taker { get; set; }

    /// <summary>The order whose units it waits to have; null: it has its own.</summary>
    internal AuditedOrder? Giver { get; set; }

    /// <summary>The entry by which its buyer offers it back; 0: they do not.</summary>
    internal long OfferedBackAt { get; set; }

    internal int OffersBack { get; set; }

    /// <summary>Which order of the batch it is, from 1.</summary>
    internal int Number { get; }

    internal Buyer Buyer { get; }

    internal DateTime HeldAt { get; set; }

    /// <summary>An extension moves it.</summary>
    internal DateTime PayBy { get; set; }

    internal int Checkouts { get; set; }

    internal string? Checkout { get; set; }
}

/// <summary>What a user has, for limits.</summary>
internal sealed class Buyer(string alias)
{
    public string Alias { get; } = alias;

    /// <summary>Units in live orders.</summary>
    public int LiveUnits { get; set; }

    /// <summary>Units that a waiting place asks for.</summary>
    public int WaitingUnits { get; set; }

    /// <summary>The newest place in the line; null: there never was one.</summary>
    public AuditedPlace? Place { get; set; }

    public long CancelledUpTo { get; set; }
}

/// <summary>A captured payment as the ledger tells it.</summary>
public sealed class AuditedPayment
{
    internal AuditedPayment(PaymentKey payment, AuditedOrder order, Amount amount)
    {
        Payment = payment;
        Order = order;
        Amount = amount;
    }

    /// <summary>Which it is.</summary>
    public PaymentKey Payment { get; }

    /// <summary>What it was for.</summary>
    public AuditedOrder Order { get; }

    /// <summary>How much was captured.</summary>
    public Amount Amount { get; }

    /// <summary>What its provider keeps of it, in minor units; null: the ledger does not say.</summary>
    public long? Fee { get; internal set; }

    /// <summary>Where the rest of it is now.</summary>
    public PaymentEnd End { get; internal set; }

    /// <summary>What went back without a request of the engine, in minor units.</summary>
    public long Elsewhere { get; internal set; }

    /// <summary>
    /// What of that an operator says went back by other means than the provider's, in minor units: the provider's books
    /// do not have it.
    /// </summary>
    public long ByHand { get; internal set; }

    /// <summary>All that went back, in minor units.</summary>
    public long WentBack => End == PaymentEnd.Refunded ? Amount.Value : Elsewhere;

    /// <summary>The rest of it: the amount without the part that went back elsewhere.</summary>
    public Amount Left => Amount with { Value = Amount.Value - Elsewhere };

    /// <summary>The provider's ids of refunds that the engine did not request.</summary>
    public IReadOnlyList<string> RefundsElsewhere => RefundIds;

    internal List<string> RefundIds { get; } = [];

    internal string? Stalled { get; set; }

    internal Dictionary<string, string> Disputes { get; } = [];

    /// <summary>The provider's id of the refund, once it is made.</summary>
    public string? Refund { get; internal set; }
}

/// <summary>What became of a captured payment.</summary>
public enum PaymentEnd
{
    /// <summary>Its order is paid with it.</summary>
    Sold,

    /// <summary>It is owed back.</summary>
    Owed,

    /// <summary>All of it went back.</summary>
    Refunded,
}
