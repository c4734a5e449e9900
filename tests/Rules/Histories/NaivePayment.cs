using OrleansSale.GrainInterfaces.Payments;
using GrainMoney = OrleansSale.GrainInterfaces.Orders.Money;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>A captured payment, and where its money is.</summary>
internal sealed record NaivePayment(long Order, GrainMoney Amount, long CapturedAt)
{
    /// <summary>As the provider reported it; null: it did not, or it cannot be.</summary>
    public long? Fee { get; init; }

    public RefundReason? Why { get; set; }

    public string? Refund { get; set; }

    /// <summary>When nothing was left of it; 0: something is.</summary>
    public long PaidBackAt { get; set; }

    public NaiveMoney Where { get; set; }

    /// <summary>What went back by other means, each amount with what moved it.</summary>
    public List<(long Amount, string Code)> Elsewhere { get; } = [];

    /// <summary>The reasons why its refund was stalled, in their order.</summary>
    public List<string> Stalls { get; } = [];

    public Dictionary<string, DisputeState> Disputes { get; } = [];

    public long Left => Amount.Amount - Elsewhere.Sum(moved => moved.Amount);

    /// <summary>Whether all of it went back by other means while it paid for its order.</summary>
    public bool IsEmpty => Elsewhere is not [] && Left == 0;
}

internal enum NaiveMoney
{
    Kept,
    Owed,
    PaidBack,
}
