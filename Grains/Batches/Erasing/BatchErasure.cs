using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Erasing;

/// <summary>
/// Removes what is personal of a batch whose ledger says <c>anonymised</c>: the reservations, the documents of the
/// orders, and last the key. Every step may be repeated, and the key is there until the others are done; so after a
/// crash it goes on from any point, and is done exactly when there is no key.
/// </summary>
internal sealed class BatchErasure(DurableBatch batch, ILedger ledger, IDocumentPurge purge, IGrainFactory grains)
{
    /// <summary>Most streams or documents that are removed at a time.</summary>
    public const int MaxConcurrency = 16;

    private const int StreamsPerPage = 1_000;

    private Task? _running;

    /// <summary>Whether nothing is left.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Removes what is left; all who ask while it runs wait for the same run.</summary>
    public Task RunAsync() => _running is { IsCompleted: false } running ? running : _running = EraseAsync();

    private async Task EraseAsync()
    {
        var key = grains.GetGrain<IBatchKeyGrain>(batch.Id);
        if (await key.FindAsync() is not null)
        {
            await EraseReservationsAsync();
            foreach (var group in batch.State.Orders.All.Chunk(MaxConcurrency))
            {
                await Task.WhenAll(group.Select(order =>
                    grains.GetGrain<IOrderGrain>(OrderId.Of(batch.Id, order.Seq)).EraseAsync()));
            }
            await purge.PurgeAsync();
            await key.EraseAsync();
            // The key's own bytes. Cut off before this, they are overwritten already and may be in a log that the next
            // start cuts.
            await purge.PurgeAsync();
        }
        IsDone = true;
    }

    // Pages from the beginning: those that were removed are not listed any more.
    private async Task EraseReservationsAsync()
    {
        while (await ledger.ListAsync(Streams.OfReservations(batch.Id), null, StreamsPerPage) is { Count: > 0 } streams)
        {
            foreach (var group in streams.Chunk(MaxConcurrency))
                await Task.WhenAll(group.Select(stream => ledger.EraseAsync(stream.Stream)));
        }
    }
}
