using System.Diagnostics;
using OrleansSale.Tests.Load.Compare.Machine;
using OrleansSale.Tests.Load.Engine.Places;

namespace OrleansSale.Tests.Load.Engine.Figures;

/// <summary>What something took.</summary>
/// <param name="Seconds">Time.</param>
/// <param name="ProcessorSeconds">Processor time of this process: the engine, and who asks it.</param>
/// <param name="ServerSeconds">Processor time of the database server; 0 if there is none.</param>
/// <param name="AllocatedBytes">Bytes allocated, by who asks too.</param>
/// <param name="PauseSeconds">How long the garbage collector made everybody wait.</param>
/// <param name="FullCollections">Its collections of everything.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
/// <param name="Ledger">What went into the ledger.</param>
internal sealed record Cost(
    double Seconds, double ProcessorSeconds, double ServerSeconds, long AllocatedBytes, double PauseSeconds, int FullCollections,
    double OthersShare, LedgerCounts Ledger);

/// <summary>Takes note of what there was, to tell afterwards what something took.</summary>
internal sealed class CostMeter
{
    private readonly int? _server;
    private readonly CountedLedger _ledger;
    private readonly UsageMeter _usage;
    private readonly double _serverSeconds;
    private readonly LedgerCounts _counts;
    private readonly int _collections;
    private readonly TimeSpan _pause;
    private readonly long _allocated;
    private readonly TimeSpan _processor;
    private readonly long _start;

    /// <summary>Starts now.</summary>
    /// <param name="ledger">What is counted.</param>
    /// <param name="server">The process of the database server; null: there is none.</param>
    public CostMeter(CountedLedger ledger, int? server)
    {
        (_ledger, _server) = (ledger, server);
        _usage = new UsageMeter(stage: null);
        _serverSeconds = ServerSeconds();
        _counts = ledger.Counts;
        _collections = GC.CollectionCount(GC.MaxGeneration);
        _pause = GC.GetTotalPauseDuration();
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _processor = Environment.CpuUsage.TotalTime;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>What it took since.</summary>
    public Cost Stop()
    {
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var processor = Environment.CpuUsage.TotalTime - _processor;
        return new Cost(
            seconds,
            processor.TotalSeconds,
            ServerSeconds() - _serverSeconds,
            GC.GetTotalAllocatedBytes(precise: true) - _allocated,
            (GC.GetTotalPauseDuration() - _pause).TotalSeconds,
            GC.CollectionCount(GC.MaxGeneration) - _collections,
            _usage.Stop().OthersShare,
            _ledger.Counts - _counts);
    }

    private double ServerSeconds() => _server is { } server ? ProcessTree.Read().ProcessorOf(server).TotalSeconds : 0;
}
