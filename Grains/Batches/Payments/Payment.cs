using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>A captured payment in a batch's state.</summary>
public sealed class Payment
{
    private static readonly IReadOnlyDictionary<string, Dispute> None = new Dictionary<string, Dispute>();

    private readonly long _fee;
    private Notices? _notices;

    internal Payment(PaymentId id, long order, Money amount, long? fee, long at) =>
        (Id, Order, Amount, _fee, CapturedAt) = (id, order, amount, fee ?? -1, at);

    /// <summary>The payment.</summary>
    public PaymentId Id { get; }

    /// <summary>Sequence of the order it was made for.</summary>
    public long Order { get; }

    /// <summary>The captured amount.</summary>
    public Money Amount { get; }

    /// <summary>What its provider keeps of it, in minor units of its currency; null: it did not say.</summary>
    public long? Fee => _fee >= 0 ? _fee : null;

    /// <summary>When it was captured, ms.</summary>
    public long CapturedAt { get; }

    /// <summary>The state of the money that is left.</summary>
    public PaymentState State { get; private set; }

    /// <summary>Why it is owed back, or was; null: it never was.</summary>
    public RefundReason? Why => _notices?.Why;

    /// <summary>The refund that the engine had made; null: none.</summary>
    public string? Refund => _notices?.Refund;

    /// <summary>When the last of it had gone back, ms; 0: it has not.</summary>
    public long PaidBackAt => _notices?.PaidBackAt ?? 0;

    /// <summary>What is left of it: the captured amount without what was paid back elsewhere.</summary>
    public Money Left => Amount with { Amount = Amount.Amount - Elsewhere };

    /// <summary>Whether all of it went back elsewhere, so that nothing is left to pay back.</summary>
    public bool IsEmpty => Elsewhere > 0 && Left.Amount == 0;

    /// <summary>What was paid back without a request of the engine, in minor units.</summary>
    public long Elsewhere => _notices?.Elsewhere ?? 0;

    /// <summary>The part of <see cref="Elsewhere"/> that its provider refunded, in minor units.</summary>
    public long RefundedThere => _notices?.RefundedThere ?? 0;

    /// <summary>Why its refund is stalled, as the provider says; null: it is not, or it is not owed.</summary>
    public string? StallCode => _notices?.StallCode;

    /// <summary>When <see cref="StallCode"/> was recorded, ms.</summary>
    public long StalledAt => _notices?.StalledAt ?? 0;

    /// <summary>How often a reason why its refund is stalled was recorded.</summary>
    public int Stalls => _notices?.Stalls ?? 0;

    /// <summary>What moved money elsewhere last; null: nothing did.</summary>
    public string? ElsewhereCode => _notices?.ElsewhereCode;

    /// <summary>When money was moved elsewhere last, ms.</summary>
    public long ElsewhereAt => _notices?.ElsewhereAt ?? 0;

    /// <summary>Its disputes, by the provider's id.</summary>
    public IReadOnlyDictionary<string, Dispute> Disputes => _notices?.Disputes ?? None;

    internal void Owe(RefundReason why)
    {
        State = PaymentState.Owed;
        (_notices ??= new Notices()).Why = why;
    }

    /// <summary>Ends the debt.</summary>
    /// <param name="refund">The refund that the engine had made; null: the rest went back elsewhere.</param>
    internal void EndDebt(string? refund)
    {
        State = PaymentState.PaidBack;
        _notices!.StallCode = null;
        _notices.Refund = refund;
    }

    internal void NotePaidBack(long at) => _notices!.PaidBackAt = at;

    internal void Stall(string code, long at)
    {
        var notices = _notices ??= new Notices();
        (notices.StallCode, notices.StalledAt) = (code, at);
        notices.Stalls++;
    }

    internal void MoveElsewhere(long amount, string code, bool isThere, long at)
    {
        var notices = _notices ??= new Notices();
        notices.Elsewhere += amount;
        if (isThere) notices.RefundedThere += amount;
        (notices.ElsewhereCode, notices.ElsewhereAt) = (code, at);
    }

    internal void Note(string dispute, Dispute state) =>
        ((_notices ??= new Notices()).Disputes ??= new(StringComparer.Ordinal))[dispute] = state;

    // What came after the capture. Most payments have none of it.
    private sealed class Notices
    {
        public long Elsewhere, RefundedThere, StalledAt, ElsewhereAt, PaidBackAt;
        public string? StallCode, ElsewhereCode, Refund;
        public int Stalls;
        public RefundReason? Why;
        public Dictionary<string, Dispute>? Disputes;
    }
}

/// <summary>A dispute of a payment.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Amount">The disputed amount.</param>
/// <param name="At">When this was recorded, ms.</param>
public readonly record struct Dispute(DisputeState State, Money Amount, long At);

/// <summary>
/// The state of what is left of a captured payment. It ends as <see cref="Kept"/> or <see cref="PaidBack"/>.
/// </summary>
public enum PaymentState : byte
{
    /// <summary>It pays for its order.</summary>
    Kept,

    /// <summary>It is owed back.</summary>
    Owed,

    /// <summary>All of it went back.</summary>
    PaidBack,
}
