using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <content>
/// A batch whose ledger is damaged. The safety argument: the state that a part of the ledger gave is thrown away, and
/// <see cref="RequireSound"/> stands before every decision (<c>Now</c>) and every answer (<c>ToldAsync</c>).
/// </content>
public sealed partial class SaleBatchGrain
{
    private DamagedStream? _damage;

    // Null: it is damaged.
    private async Task<LedgerHead?> ReplayAsync(CancellationToken cancellationToken)
    {
        var stream = Streams.OfBatch(Id);
        try
        {
            return await BatchReplay.ReadAsync(ledger, stream, _batch, cancellationToken);
        }
        catch (LedgerFormatException e)
        {
            _batch = new();
            _damage = new(
                stream, this, e, stop => BatchReplay.ReadAsync(ledger, stream, new(), stop), TellDamageAsync, time.GetUtcNow(), log);
            return null;
        }
    }

    private void RequireSound()
    {
        if (_damage is { } damage) throw damage.Failure();
    }

    private Task TellDamageAsync(DamagedStream damage)
    {
        var catalogue = GrainFactory.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);
        return damage.IsOver ? catalogue.NoteRepairAsync(Id)
            : catalogue.NoteDamageAsync(new Fault(FaultKind.BatchDamaged, Id, damage.Since, damage.Detail));
    }
}
