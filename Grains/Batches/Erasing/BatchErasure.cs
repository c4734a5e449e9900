using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Erasing;

/// <summary>
/// Removes the personal data of a batch whose ledger says <c>anonymised</c>: the reservations with their delivery
/// details, the orders' documents, and last the key. Every step may be repeated, and the key is kept until the other
/// steps are done. So the removal resumes from any point after a crash, and it is done exactly when the key is gone.
/// </summary>
internal sealed class BatchErasure(DurableBatch batch, ILedger ledger, IDocumentPurge purge, IGrainFactory grains)
{
    /// <summary>Most streams or documents that are removed at the same time.</summary>
    public const int MaxConcurrency = 16;

    private const int StreamsPerPage = 1_000;

    private Task? _running;

    /// <summary>Whether the removal is complete.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether a removal is under way.</summary>
    public bool IsRunning => _running is { IsCompleted: false };

    /// <summary>Removes the remaining personal data. Calls during a run wait for that run.</summary>
    public Task RunAsync() => _running is { IsCompleted: false } running ? running : _running = EraseAsync();

    private async Task EraseAsync()
    {
        var key = grains.GetGrain<IBatchKeyGrain>(batch.Id);
        if (await IsThereAsync(key))
        {
            await EraseReservationsAsync();
            foreach (var group in batch.State.Orders.All.Chunk(MaxConcurrency))
            {
                await Task.WhenAll(group.Select(order =>
                    grains.GetGrain<IOrderGrain>(OrderId.Of(batch.Id, order.Seq)).EraseAsync()));
            }
            await purge.PurgeAsync();
            await key.EraseAsync();
            // This purges the key's own bytes. If a crash prevents it, they are already overwritten in the file. The
            // write-ahead log may still have them until the next start truncates it.
            await purge.PurgeAsync();
        }
        IsDone = true;
    }

    // A key that cannot be read is removed like any other.
    private static async Task<bool> IsThereAsync(IBatchKeyGrain key)
    {
        try
        {
            return await key.FindAsync() is not null;
        }
        catch (StorageDamagedException)
        {
            return true;
        }
    }

    // Each page starts at the beginning, because removed streams are no longer listed.
    private async Task EraseReservationsAsync()
    {
        while (await ledger.ListAsync(Streams.OfReservations(batch.Id), null, StreamsPerPage) is { Count: > 0 } streams)
        {
            foreach (var group in streams.Chunk(MaxConcurrency))
                await Task.WhenAll(group.Select(stream => EraseReservationAsync(stream.Stream)));
        }
    }

    // The stream is what leads to the details, so it goes last.
    private async Task EraseReservationAsync(string stream)
    {
        if (Alias.TryParse(stream[Streams.OfReservations(batch.Id).Length..], out var alias))
        {
            await grains.GetGrain<IReservedDeliveryGrain>(IReservationGrain.KeyOf(batch.Id, alias)).EraseAsync();
        }
        await ledger.EraseAsync(stream);
    }
}
