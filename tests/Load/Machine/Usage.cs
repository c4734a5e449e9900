using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>Where the processor time of a measurement went.</summary>
/// <param name="HostSeconds">To the server that is measured; the engine's includes its SQLite store.</param>
/// <param name="StoreSeconds">To the store beside it.</param>
/// <param name="GeneratorSeconds">To the load generator.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
internal record Usage(double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare);

/// <summary>Notes processor times, and tells afterwards where they went.</summary>
internal sealed class UsageMeter
{
    private readonly int? _host, _store;
    private readonly Moment _start;

    /// <summary>Starts now.</summary>
    /// <param name="host">The process of the server; null: it is this one.</param>
    /// <param name="store">The process of the store beside it; null: there is none.</param>
    public UsageMeter(int? host = null, int? store = null) =>
        (_host, _store, _start) = (host, store, Moment.Now(host, store));

    /// <summary>What was used since.</summary>
    public Usage Stop()
    {
        var end = Moment.Now(_host, _store);
        var (host, store) = ((end.Host - _start.Host).TotalSeconds, (end.Store - _start.Store).TotalSeconds);
        var ours = (end.Ours - _start.Ours).TotalSeconds;
        var machine = (end.At - _start.At).TotalSeconds * Environment.ProcessorCount;
        var others = ((end.Busy - _start.Busy).TotalSeconds - ours) / machine;
        return new Usage(host, store, Math.Max(0, ours - host - store), Math.Clamp(others, 0, 1));
    }

    private readonly record struct Moment(DateTime At, TimeSpan Host, TimeSpan Store, TimeSpan Ours, TimeSpan Busy)
    {
        public static Moment Now(int? host, int? store)
        {
            var tree = ProcessTree.Read();
            return new Moment(
                DateTime.UtcNow, ProcessorOf(host), ProcessorOf(store), tree.ProcessorOf(Environment.ProcessId),
                ProcessTree.ReadMachineBusy());

            TimeSpan ProcessorOf(int? process) => process is { } one ? tree.ProcessorOf(one) : TimeSpan.Zero;
        }
    }
}
