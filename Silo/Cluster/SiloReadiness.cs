using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Cluster;

/// <summary>Whether this silo can sell: it has joined, reaches its database, and its clock is right.</summary>
public sealed class SiloReadiness(ISiloStatusOracle status, ILedger ledger, IClockCheck clock)
{
    /// <summary>How long the database may take to count as reachable.</summary>
    public static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(2);

    private const string NoStream = "batch/.";

    /// <summary>What keeps it from selling, in one line; null: nothing.</summary>
    public async Task<string?> FindFaultAsync()
    {
        if (status.CurrentStatus != SiloStatus.Active) return $"the silo is {status.CurrentStatus}";
        if (clock.Fault is { } fault) return fault;
        try
        {
            await ledger.ReadHeadAsync(NoStream).WaitAsync(ReadyWithin);
            return null;
        }
        catch (Exception e) when (e is SaleUnavailableException or TimeoutException)
        {
            return $"the database does not answer: {e.Message}";
        }
    }
}
