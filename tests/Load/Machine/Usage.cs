using System.Diagnostics;
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

    public UsageMeter(int? host = null, int? store = null) =>
        (_host, _store, _start) = (host, store, Moment.Now(host, store));

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

/// <summary>
/// Sees to it, as long as patience lasts, that a measurement has the machine for itself: it waits for a quiet moment,
/// and a measurement that others disturbed is made anew. What came of it all is audited, whatever is counted.
/// </summary>
internal sealed class Quiet(TimeSpan patience, Func<Task<double>> readOthersAsync)
{
    /// <summary>Share of the machine that other programs may take on a quiet one.</summary>
    public const double Share = 0.05;

    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(0.5);

    public static async Task<double> ReadOthersAsync()
    {
        var meter = new UsageMeter();
        await Task.Delay(Sample);
        return meter.Stop().OthersShare;
    }

    public async Task<T> MeasureAsync<T>(Func<Task<T>> measureAsync)
        where T : Usage
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            while (!IsOver(start) && await readOthersAsync() > Share)
            {
                // Each look takes its own time.
            }

            var result = await measureAsync();
            if (result.OthersShare <= Share || IsOver(start)) return result;
        }
    }

    private bool IsOver(long start) => Stopwatch.GetElapsedTime(start) >= patience;
}
