namespace OrleansSale.Tests.Audit;

/// <summary>
/// What a violation is a violation of. I1…I6 are the invariants of the design, by their numbers there.
/// </summary>
public enum Invariant
{
    /// <summary>The line itself: not an entry, a type or member nobody agreed on, a value out of its range.</summary>
    Form,

    /// <summary>Every unit is exactly one of free, held, sold, withdrawn; none is in two live orders.</summary>
    I1,

    /// <summary>
    /// No user has more than the limit in live orders and waiting places, nor two live places; a key names one order or
    /// place for ever.
    /// </summary>
    I2,

    /// <summary>
    /// Units are held, and places in the line taken, only for a reserved user while the sale is on. That the user is of
    /// one of the batch's channels does not show in an alias, so it cannot be checked from a ledger.
    /// </summary>
    I3,

    /// <summary>
    /// Acknowledged means in the ledger; its chain verifies, its sequence has no gap, its time never runs backwards.
    /// </summary>
    I4,

    /// <summary>
    /// Free units go to the line in its order before anyone else, to each as many as were asked for and are free;
    /// nobody overtakes.
    /// </summary>
    I5,

    /// <summary>
    /// Every captured payment ends as exactly one of a paid order or a refund; an order is sold only with a payment.
    /// </summary>
    I6,

    /// <summary>
    /// A sale opens once and ends once, at its instants or because an operator closed it. Users' data go only after its
    /// end, when nothing is held or owed.
    /// </summary>
    Life,

    /// <summary>
    /// The places of the line are numbered without a gap. They are taken only while the line can be joined and there
    /// are no units to buy, and each ends once.
    /// </summary>
    Line,

    /// <summary>
    /// A hold lives at least to its payBy, which is the payment window after it was made; for an offer to the line, the
    /// offer window.
    /// </summary>
    Deadline,

    /// <summary>
    /// An operator's key names one command about a buyer. What waits for a second operator is carried out once, in its
    /// time, right after another operator has approved it.
    /// </summary>
    Commands,
}

/// <summary>One broken promise.</summary>
/// <param name="Invariant">Which promise.</param>
/// <param name="Seq">The entry at which it shows; 0 if it belongs to none.</param>
/// <param name="Text">What is wrong, for a person.</param>
public sealed record Violation(Invariant Invariant, long Seq, string Text)
{
    /// <summary>Such as <c>I1 at 18: unit 7 is in mi2-1.12 already</c>.</summary>
    public override string ToString() => Seq == 0 ? $"{Invariant}: {Text}" : $"{Invariant} at {Seq}: {Text}";
}

/// <summary>The violations found: all are counted, the first <see cref="Bound"/> are kept.</summary>
public sealed class Violations
{
    /// <summary>How many violations are kept in words; a thoroughly broken ledger must not fill the memory.</summary>
    public const int Bound = 1_000;

    private readonly List<Violation> _kept = [];

    /// <summary>The first ones found, in the ledger's order.</summary>
    public IReadOnlyList<Violation> Kept => _kept;

    /// <summary>How many were found.</summary>
    public long Total { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(Invariant invariant, long seq, string text) => Add(new Violation(invariant, seq, text));

    /// <summary>Adds one.</summary>
    public void Add(Violation violation)
    {
        Total++;
        if (_kept.Count < Bound) _kept.Add(violation);
    }

    /// <summary>How many of those kept break <paramref name="invariant"/>.</summary>
    public int Of(Invariant invariant) => _kept.Count(violation => violation.Invariant == invariant);
}
