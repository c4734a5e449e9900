namespace OrleansSale.Grains.Ledger;

/// <summary>Whether this silo's storage takes commits, by what became of the last ones.</summary>
public interface ICommitCheck
{
    /// <summary>
    /// Why a commit would fail now, in a few words that anybody may read: no path, no address, no user. Null: it would
    /// work.
    /// </summary>
    string? Fault { get; }
}
