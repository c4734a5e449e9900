using System.Security.Cryptography;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// An append on its way through the writer's queue. Either the writer takes it or its caller cancels it, never both. So
/// a cancelled caller knows that nothing was stored.
/// </summary>
/// <remarks>Continuations run asynchronously, so no code of a grain ever runs on the writer's thread.</remarks>
internal sealed class PendingAppend(LedgerCommit commit)
    : TaskCompletionSource<AppendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private const int Undecided = 0, Taken = 1, Withdrawn = 2;

    private int _decided;

    /// <summary>The commit to store.</summary>
    public LedgerCommit Commit { get; } = commit;

    /// <summary>Whether it is a probe: bytes that only show whether a commit could be stored.</summary>
    public bool IsProbe => Commit.FirstSeq == 0 && Commit.Stream.Length == 0;

    /// <summary>Whether it is the removal of its stream.</summary>
    public bool IsErasure => Commit.FirstSeq == 0 && Commit.Stream.Length > 0;

    /// <summary>A probe of that many bytes.</summary>
    public static LedgerCommit Probe(int bytes) => new("", 0, 0, RandomNumberGenerator.GetBytes(bytes), [], []);

    /// <summary>The removal of a stream.</summary>
    public static LedgerCommit Erasure(string stream) => new(stream, 0, 0, ReadOnlyMemory<byte>.Empty, [], []);

    /// <summary>When the writer first tried to store it, if it has to be retried. For the writer.</summary>
    public long? TriedSince { get; set; }

    /// <summary>Claims the append for the writer, which may repeat this; false if the caller has cancelled.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _decided, Taken, Undecided) != Withdrawn;

    /// <summary>Cancels the append for its caller; without effect if the writer has taken it.</summary>
    public void Withdraw(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _decided, Withdrawn, Undecided) == Undecided)
            TrySetCanceled(cancellationToken);
    }
}
