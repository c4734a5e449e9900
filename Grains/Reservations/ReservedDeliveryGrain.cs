using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Reservations;

/// <summary>The document of a reservation's delivery details.</summary>
[GenerateSerializer, Alias("OrleansSale.ReservedDeliveryDocument")]
public sealed class ReservedDeliveryDocument : IDocument
{
    /// <inheritdoc/>
    [Id(1), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>Where to deliver; null: never said.</summary>
    [Id(0)] public Delivery? Delivery { get; set; }
}

/// <summary>
/// The actor that keeps a reservation's delivery details. It is not reentrant: one call at a time.
/// </summary>
/// <remarks>
/// The safety argument: a purchase copies nothing, so it costs nothing and no crash can part it from its details. A
/// live order without details of its own reads these instead, and the checkout takes them along into the order's own
/// document. From the purchase on they stand still: the batch is asked within each change, it refuses one while the
/// user has a live order, and it refuses to cancel their reservation then. A purchase that is decided after the batch
/// was asked gets the new details, as if they had been said before it. A removal waits for a change that was asked
/// before, and a change that comes later is refused: the batch records the cancelled version, or that the sale has
/// ended, before anything is removed. So details never outlive their reservation.
/// </remarks>
public sealed partial class ReservedDeliveryGrain(
    [PersistentState("reserved-delivery")] IPersistentState<ReservedDeliveryDocument> stored,
    ILogger<ReservedDeliveryGrain> log) : Grain, IReservedDeliveryGrain
{
    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (stored.State.IsDamaged) Log.Damaged(log, this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Answer<Delivery>> SetAsync(long version, Delivery delivery)
    {
        var asked = await AskBatchAsync(version);
        if (asked.Refused is { } refusal) return new Answer<Delivery>(refusal, asked.Detail);
        if (stored.State.Delivery == delivery) return delivery;
        stored.State = new ReservedDeliveryDocument { Delivery = delivery };
        await StoreAsync(stored.WriteStateAsync);
        return delivery;
    }

    /// <inheritdoc />
    public Task<Delivery?> GetAsync() => stored.State.IsDamaged
        ? throw new StorageDamagedException(
            $"the delivery details of reservation {this.GetPrimaryKeyString()} cannot be read")
        : Task.FromResult(stored.State.Delivery);

    /// <inheritdoc />
    public async Task<Answer<Effect>> RemoveAsync(long version)
    {
        // After the end no purchase can come that would need them.
        if (await AskBatchAsync(version) is { Refused: Refusal.Conflict } refused) return refused;
        if (!stored.RecordExists) return Effect.AlreadySo;
        await EraseAsync();
        return Effect.Done;
    }

    /// <inheritdoc />
    public async Task EraseAsync()
    {
        if (stored.RecordExists) await StoreAsync(stored.ClearStateAsync);
        stored.State = new ReservedDeliveryDocument();
        DeactivateOnIdle();
    }

    private async Task<Answer<Effect>> AskBatchAsync(long version)
    {
        var (batch, alias) = IReservationGrain.Parse(this.GetPrimaryKeyString());
        return await GrainFactory.GetGrain<ISaleBatchGrain>(batch).MayChangeDeliveryAsync(alias, version);
    }

    // After a failed write the document in memory differs from the stored one. The next activation reads it.
    private async Task StoreAsync(Func<Task> store)
    {
        try
        {
            await store();
        }
        catch (Exception)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The delivery details of reservation {Reservation} cannot be read: the user must give them again")]
        public static partial void Damaged(ILogger log, string reservation);
    }
}
