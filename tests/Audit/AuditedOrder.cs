namespace OrleansSale.Tests.Audit;

/// <summary>An order as the ledger tells it.</summary>
public sealed class AuditedOrder
{
    internal AuditedOrder(int number, long seq, Buyer buyer, int[] units)
    {
        Number = number;
        Seq = seq;
        Buyer = buyer;
        Units = units;
    }

    /// <summary>Sequence of the hold that made it; with its batch, its id.</summary>
    public long Seq { get; }

    /// <summary>Who has it, such as <c>weibo:alice</c>.</summary>
    public string User => Buyer.User;

    /// <summary>Its units' numbers.</summary>
    public IReadOnlyList<int> Units { get; }

    /// <summary>The payment it was sold with, or null; a cancelled one keeps it.</summary>
    public string? Payment { get; internal set; }

    /// <summary>Why its units are free again: expired or cancelled; null while it is live.</summary>
    public string? Released { get; internal set; }

    /// <summary>Awaiting payment or paid.</summary>
    public bool Live => Released is null;

    /// <summary>Which order of the batch it is, from 1.</summary>
    internal int Number { get; }

    internal Buyer Buyer { get; }

    internal DateTime PayBy { get; init; }
}

/// <summary>What a user has, for limits and eligibility.</summary>
internal sealed class Buyer(string user, bool eligible)
{
    public string User { get; } = user;

    public bool Eligible { get; } = eligible;

    public int LiveUnits { get; set; }

    public long CancelledUpTo { get; set; }
}

/// <summary>A captured payment as the ledger tells it.</summary>
public sealed class AuditedPayment
{
    internal AuditedPayment(string payment, AuditedOrder order, Amount amount)
    {
        Payment = payment;
        Order = order;
        Amount = amount;
    }

    /// <summary>The provider's id of it.</summary>
    public string Payment { get; }

    /// <summary>What it was for.</summary>
    public AuditedOrder Order { get; }

    /// <summary>How much was captured.</summary>
    public Amount Amount { get; }

    /// <summary>Where it is now.</summary>
    public PaymentEnd End { get; internal set; }

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

    /// <summary>It was paid back.</summary>
    Refunded,
}
