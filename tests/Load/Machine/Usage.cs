using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>Where the processor time of a measurement went.</summary>
/// <param name="HostSeconds">To the server that is measured; the engine's includes its SQLite store.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
internal record Usage(double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare);

/// <summary>Notes processor times, and tells afterwards where they went.</summary>
/// <param name="host">The process of the server; null: it is this one.</param>
/// <param name="store">The process of the store beside it; null: there is none.</param>
internal sealed class UsageMeter(int? host = null, int? store = null)
{
    private readonly (long At, double Host, double Store, double Ours, double Busy) _start = Now(host, store);

    public Usage Stop()
    {
        var end = Now(host, store);
        var (hosts, stores, ours) = (end.Host - _start.Host, end.Store - _start.Store, end.Ours - _start.Ours);
        var machine = Stopwatch.GetElapsedTime(_start.At, end.At).TotalSeconds * Environment.ProcessorCount;
        var others = (end.Busy - _start.Busy - ours) / machine;
        return new Usage(hosts, stores, Math.Max(0, ours - hosts - stores), Math.Clamp(others, 0, 1));
    }

    private static (long At, double Host, double Store, double Ours, double Busy) Now(int? host, int? store)
    {
        var tree = ProcessTree.Read();
        return (Stopwatch.GetTimestamp(), SecondsOf(host), SecondsOf(store), SecondsOf(Environment.ProcessId),
            ProcessTree.ReadMachineBusy().TotalSeconds);

        double SecondsOf(int? process) => process is { } one ? tree.ProcessorOf(one).TotalSeconds : 0;
    }
}
