using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Grains.Ledger;

/// <summary>Tells what this silo knows of its storage: commits by their outcomes, reads by one that it makes.</summary>
[StatelessWorker]
public sealed class StorageGrain(ILedger ledger, ICommitCheck commits) : Grain, IStorageGrain
{
    // No batch has this id.
    private static readonly string NoStream = Streams.OfBatch(".");

    /// <inheritdoc/>
    public Task<string?> FindFaultAsync() => FindFaultAsync(ledger, commits);

    /// <summary>The same for callers in the silo itself.</summary>
    public static async Task<string?> FindFaultAsync(ILedger ledger, ICommitCheck commits)
    {
        if (commits.Fault is { } fault) return $"the ledger takes no commits: {fault}";
        try
        {
            await ledger.ReadHeadAsync(NoStream);
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
