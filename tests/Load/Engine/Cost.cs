using System.Diagnostics;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>What something took.</summary>
/// <param name="Seconds">Time.</param>
/// <param name="ProcessorSeconds">Processor time of this process: the engine, and its callers.</param>
/// <param name="ServerSeconds">Processor time of the database server; 0 if there is none.</param>
/// <param name="AllocatedBytes">Bytes allocated, by the callers too.</param>
/// <param name="PauseSeconds">How long the garbage collector made everybody wait.</param>
/// <param name="FullCollections">Its collections of everything.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
/// <param name="Appended">What went into the ledger.</param>
internal record Cost(
    double Seconds, double ProcessorSeconds, double ServerSeconds, long AllocatedBytes, double PauseSeconds,
    int FullCollections,
    double OthersShare, [property: JsonIgnore] LedgerCounts Appended);

/// <summary>Notes what there was, to tell afterwards what something took.</summary>
/// <param name="ledger">What is counted.</param>
/// <param name="server">The process of the database server; null: there is none.</param>
internal sealed class CostMeter(CountedLedger ledger, int? server)
{
    private readonly UsageMeter _usage = new(host: null, server);
    private readonly LedgerCounts _counts = ledger.Counts;
    private readonly int _collections = GC.CollectionCount(GC.MaxGeneration);
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();
    private readonly long _allocated = GC.GetTotalAllocatedBytes(precise: true);
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>What it took since.</summary>
    public Cost Stop()
    {
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var processor = Environment.CpuUsage.TotalTime - _processor;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        var usage = _usage.Stop();
        return new Cost(
            seconds,
            processor.TotalSeconds,
            usage.StoreSeconds,
            allocated,
            (GC.GetTotalPauseDuration() - _pause).TotalSeconds,
            GC.CollectionCount(GC.MaxGeneration) - _collections,
            usage.OthersShare,
            ledger.Counts - _counts);
    }
}
