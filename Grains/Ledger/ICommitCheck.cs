namespace OrleansSale.Grains.Ledger;

/// <summary>Tells whether this silo's storage takes commits, by the outcomes of the last ones.</summary>
public interface ICommitCheck
{
    /// <summary>
    /// Why a commit would fail now; null: it would succeed. The text is public: it contains no path, no address and no
    /// user.
    /// </summary>
    string? Fault { get; }
}
