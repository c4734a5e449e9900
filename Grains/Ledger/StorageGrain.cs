using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Grains.Ledger;

/// <summary>Checks this silo's storage: commits by their last outcomes, reads by a read of its own.</summary>
[StatelessWorker]
public sealed class StorageGrain(ILedger ledger, ICommitCheck commits) : Grain, IStorageGrain
{
    // No batch has this id.
    private static readonly string NoStream = Streams.OfBatch(".");

    /// <inheritdoc/>
    public Task<string?> FindFaultAsync() => FindFaultAsync(ledger, commits, CancellationToken.None);

    /// <summary>The same check for callers within the silo.</summary>
    public static async Task<string?> FindFaultAsync(
        ILedger ledger, ICommitCheck commits, CancellationToken cancellationToken)
    {
        if (commits.Fault is { } fault) return $"the ledger takes no commits: {fault}";
        try
        {
            await ledger.ReadHeadAsync(NoStream, cancellationToken);
            return null;
        }
        catch (SaleUnavailableException)
        {
            return "the ledger cannot be read";
        }
        catch (LedgerFormatException)
        {
            return "the ledger is damaged";
        }
    }
}
