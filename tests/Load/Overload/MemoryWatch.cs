using System.Diagnostics;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>The engine's memory at a moment.</summary>
/// <param name="At">When, in Stopwatch ticks.</param>
/// <param name="ResidentMegabytes">Resident.</param>
/// <param name="ManagedMegabytes">Managed heap after the last collection; null: not reported.</param>
internal readonly record struct MemorySample(long At, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>Looks at the engine's memory again and again.</summary>
internal sealed class MemoryWatch(EngineUnderLoad engine)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly List<MemorySample> _samples = [];

    /// <summary>What was seen, in order.</summary>
    public IReadOnlyList<MemorySample> Samples => _samples;

    /// <summary>Looks until it is told to end.</summary>
    public async Task RunAsync(CancellationToken ends)
    {
        while (!ends.IsCancellationRequested)
        {
            var at = Stopwatch.GetTimestamp();
            var managed = await engine.ManagedMegabytesAsync();
            _samples.Add(new MemorySample(at, engine.Usage().ResidentBytes / 1e6, managed));
            await Task.Delay(Interval, ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
