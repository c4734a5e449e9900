using System.Threading.Channels;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage;

/// <summary>The appends of all grains of the process, queued for one writer. The writer takes them in groups.</summary>
/// <param name="wakesInline">
/// Whether the thread that queues an append also runs the continuation of the writer's wait. Use it for a writer whose
/// continuation only sets a signal for its own thread. An append that waited for a place is then queued by the writer's
/// thread, which costs as little.
/// </param>
internal sealed class AppendQueue(bool wakesInline = false)
{
    /// <summary>Appends that may wait; further ones wait asynchronously for a place.</summary>
    public const int Capacity = 4_096;

    /// <summary>Most rows of a group, which is stored in one transaction.</summary>
    public const int MaxGroupRows = 1_024;

    /// <summary>A group with this many bytes of entries takes no further row: 8 MiB.</summary>
    public const int MaxGroupBytes = 8 << 20;

    private readonly Channel<PendingAppend> _waiting = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, AllowSynchronousContinuations = wakesInline });

    /// <summary>Whether an append waits now.</summary>
    public bool HasWaiting => _waiting.Reader.TryPeek(out _);

    /// <summary>Queues a commit and waits for its outcome.</summary>
    /// <exception cref="LedgerUnavailableException">The queue is closed, or the writer failed.</exception>
    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken)
    {
        var append = new PendingAppend(commit);
        try
        {
            await _waiting.Writer.WriteAsync(append, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new LedgerUnavailableException("The ledger is closed.");
        }

        await using var withdrawal = cancellationToken.UnsafeRegister(
            static (append, token) => ((PendingAppend)append!).Withdraw(token), append).ConfigureAwait(false);
        return await append.Task.ConfigureAwait(false);
    }

    /// <summary>Waits for an append; false once the queue is closed and empty.</summary>
    public ValueTask<bool> WaitAsync() => _waiting.Reader.WaitToReadAsync();

    /// <summary>The next append, for the writer. Its caller may still cancel it.</summary>
    public bool TryRead(out PendingAppend append) => _waiting.Reader.TryRead(out append!);

    /// <summary>Takes no more appends.</summary>
    public void Close() => _waiting.Writer.TryComplete();
}
