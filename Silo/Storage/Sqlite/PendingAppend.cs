using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// An append on its way through the writer's queue. It is either taken by the writer or cancelled by its caller, never
/// both: that is what lets a cancelled caller know that nothing was stored.
/// </summary>
/// <remarks>Continuations run asynchronously, so no code of a grain ever runs on the writer's thread.</remarks>
internal sealed class PendingAppend(LedgerCommit commit)
    : TaskCompletionSource<AppendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private int _decided;

    /// <summary>What is to be stored.</summary>
    public LedgerCommit Commit { get; } = commit;

    /// <summary>The writer's claim; false if the caller has cancelled.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _decided, 1) == 0;

    /// <summary>The caller's withdrawal; without effect if the writer has taken it.</summary>
    public void Withdraw(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _decided, 1) == 0) TrySetCanceled(cancellationToken);
    }
}
