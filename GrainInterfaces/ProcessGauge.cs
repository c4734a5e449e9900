using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansSale.GrainInterfaces;

/// <summary>
/// A figure of the whole process. A process may run several engines, and instruments of one name count as one. Without
/// this class, the engine that is read last would hide the others.
/// </summary>
public sealed class ProcessGauge
{
    private static readonly Meter Meter = new(EngineMeter.Name);

    private readonly ConcurrentDictionary<object, Func<double>> _engines = new();

    /// <summary>Registers it, once for each name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="description">What it tells.</param>
    /// <param name="combine">Combines the figures of all engines into one. There may be none.</param>
    public ProcessGauge(string name, string unit, string description, Func<IEnumerable<double>, double> combine) =>
        Meter.CreateObservableGauge(name, () => combine(_engines.Values.Select(read => read())), unit, description);

    /// <summary>Takes in an engine's figure.</summary>
    public void Add(object engine, Func<double> read) => _engines[engine] = read;

    /// <summary>The engine has ended.</summary>
    public void Remove(object engine) => _engines.TryRemove(engine, out _);
}
