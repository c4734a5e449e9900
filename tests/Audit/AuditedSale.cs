using System.Globalization;

namespace OrleansSale.Tests.Audit;

/// <summary>What a ledger says about a batch, and what is wrong with it.</summary>
public sealed class AuditedSale
{
    private readonly SaleReplay? _replay;

    internal AuditedSale(
        SaleReplay? replay, Violations violations, long entries, long headSeq, string headHash, DateTime lastAt)
    {
        _replay = replay;
        Violations = violations;
        Entries = entries;
        HeadSeq = headSeq;
        HeadHash = headHash;
        LastAt = lastAt;
    }

    /// <summary>What is wrong.</summary>
    public Violations Violations { get; }

    /// <summary>Nothing is wrong.</summary>
    public bool Sound => Violations.Total == 0;

    /// <summary>How many lines there are.</summary>
    public long Entries { get; }

    /// <summary>Sequence of the last entry.</summary>
    public long HeadSeq { get; }

    /// <summary>Hash the last entry states, in lower-case hexadecimal.</summary>
    public string HeadHash { get; }

    /// <summary>Time of the last entry.</summary>
    public DateTime LastAt { get; }

    /// <summary>The terms; null if the ledger does not begin with them.</summary>
    public SaleTerms? Terms => _replay?.Terms;

    /// <summary>Where the units are in the end.</summary>
    public UnitCounts Units => _replay?.Units.Counts ?? default;

    /// <summary>Every order ever made, oldest first.</summary>
    public IReadOnlyList<AuditedOrder> Orders => _replay?.Orders ?? [];

    /// <summary>Every place of the line ever taken, oldest first.</summary>
    public IReadOnlyList<AuditedPlace> Places => _replay?.Line.Places ?? [];

    /// <summary>How many places wait in the end.</summary>
    public int Waiting => _replay?.Line.Waiting ?? 0;

    /// <summary>Every captured payment.</summary>
    public IReadOnlyDictionary<PaymentKey, AuditedPayment> Payments =>
        _replay?.Money.Payments ?? new Dictionary<PaymentKey, AuditedPayment>();

    /// <summary>Whether the sale has ended.</summary>
    public bool Ended => _replay?.Life.Ended ?? false;

    /// <summary>When the first unit was held; null if none was.</summary>
    public DateTime? FirstHeldAt => _replay?.FirstHeldAt;

    /// <summary>When a hold took the last free unit (the last time that happened); null if it never did.</summary>
    public DateTime? SoldOutAt => _replay?.SoldOutAt;

    /// <summary>The order of that id, such as <c>mi2-1.17</c>; null if the ledger has none.</summary>
    public AuditedOrder? Order(string id)
    {
        var dot = id.LastIndexOf('.');
        return dot > 0 && id[..dot] == Terms?.Batch
            && long.TryParse(id.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? _replay!.OrderAt(seq)
            : null;
    }

    /// <summary>The place of that number; null if the ledger has none.</summary>
    public AuditedPlace? Place(long number) => _replay?.Line.Find(number);

    /// <summary>
    /// The version up to which the reservations of the user behind an alias are cancelled; 0 if none was.
    /// </summary>
    public long ReservationsCancelledUpTo(string alias) => _replay?.Buyers.CancelledUpTo(alias) ?? 0;
}
