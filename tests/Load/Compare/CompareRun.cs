using System.Globalization;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Closed;
using OrleansSale.Tests.Load.Compare.Figures;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// The rounds. Each contender has processes of its own, which are warmed up once and stand still, frozen, while it is not their
/// turn. In each round everybody has a turn; the order is rotated by one from round to round.
/// </summary>
internal sealed class CompareRun(CompareOptions options)
{
    /// <summary>wrk's requests are kept in memory, where there is such a folder.</summary>
    private const string MemoryFolder = "/dev/shm";

    private readonly string _requests = Path.Combine(
        Directory.Exists(MemoryFolder) ? MemoryFolder : Path.GetTempPath(), $"orleanssale-compare-{Environment.ProcessId}");

    private readonly string _data = Directory.CreateTempSubdirectory("orleanssale-compare-").FullName;
    private readonly List<Entrant> _entrants = [];

    /// <summary>Runs all rounds. All processes have ended and their data is gone when this returns.</summary>
    /// <exception cref="EngineException">A contender could not be measured.</exception>
    public async Task<IReadOnlyList<TurnResult>> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_requests);
        try
        {
            foreach (var contender in options.Contenders) await EnterAsync(contender, cancellationToken);
            var results = new List<TurnResult>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var entrant in Rotate(_entrants, round - 1))
                {
                    var result = await entrant.TakeTurnAsync(round, cancellationToken);
                    results.Add(result);
                    Console.WriteLine(LineOf(result));
                }
            }

            return results;
        }
        finally
        {
            foreach (var entrant in _entrants) await entrant.DisposeAsync();
            Directory.Delete(_requests, recursive: true);
            Directory.Delete(_data, recursive: true);
        }
    }

    /// <summary>The list from its element <paramref name="by"/> on, and then its beginning.</summary>
    public static IEnumerable<T> Rotate<T>(IReadOnlyList<T> list, int by) =>
        Enumerable.Range(0, list.Count).Select(index => list[(index + by) % list.Count]);

    private async Task EnterAsync(Contender contender, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Warming up {contender.Name}: {contender.Title} …");
        var secrets = EngineSecrets.Make();
        var folder = Directory.CreateDirectory(Path.Combine(_data, contender.Name)).FullName;
        var stage = await Stage.StartAsync(contender.Host, folder, secrets, cancellationToken);
        var entrant = new Entrant(contender, options, stage, secrets, new WrkRun(_requests));
        _entrants.Add(entrant);
        await entrant.WarmUpAsync(cancellationToken);
    }

    private string LineOf(TurnResult result)
    {
        var closed = result.Closed.OrderBy(closed => closed.Connections)
            .Select(closed => Text($"{closed.Connections}: {closed.PerSecond,7:n0}/s"));
        var open = result.Open.Select(open => Text(
            $"{open.Percent} %: p99 {open.Latencies.GetValueAtPercentile(99) / 1e3,6:n1} ms{(open.IsSustained ? "" : " (not kept up)")}"));
        var others = result.Closed.Average(closed => closed.Usage.OthersShare);
        return Text($"{result.Round}/{options.Rounds} {result.Contender.Name,-15} {string.Join("  ", closed.Concat(open))}") +
            Text($"  others {others:p0}{(result.Findings.Count == 0 ? "" : "  " + string.Join("; ", result.Findings))}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
