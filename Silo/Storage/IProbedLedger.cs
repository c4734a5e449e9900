namespace OrleansSale.Silo.Storage;

/// <summary>A ledger that reports the outcomes of its writes.</summary>
public interface IProbedLedger
{
    /// <summary>The outcomes of the writes.</summary>
    CommitWatch Commits { get; }

    /// <summary>
    /// Writes that many bytes where the ledger is, as durably as a commit, and reports the outcome to
    /// <see cref="Commits"/>. No stream is touched.
    /// </summary>
    /// <exception cref="Exception">The write failed.</exception>
    Task ProbeAsync(int bytes);
}
