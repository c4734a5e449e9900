using System.CommandLine;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// The rounds. In each everything is sold once on each ledger; the order of the shapes, and of the ledgers, is rotated
/// by one from round to round. The first round is audited in full.
/// </summary>
internal sealed class MeasureRun(MeasureOptions options)
{
    private readonly List<SaleResult> _sales = [];
    private readonly List<ReplayResult> _replays = [];

    /// <summary>The command <c>engine</c>.</summary>
    public static Command Command() => Experiment.Command<MeasureOptions>(
        "engine", "Measures the batch actor on its durable ledger, without HTTP.", (options, cancellationToken) =>
            EngineSettings.AreOn
            ? Experiment.TellAsync(options, RunAsync, cancellationToken)
            : EngineSettings.RunAgainAsync(cancellationToken));

    private static async Task<Report> RunAsync(MeasureOptions options, CancellationToken cancellationToken)
    {
        var surroundings = Survey.Take();
        return MeasureReport.Of(options, await new MeasureRun(options).RunAsync(cancellationToken), surroundings);
    }

    /// <summary>Runs all rounds. Nothing is left running, and all data is gone, when this returns.</summary>
    /// <exception cref="EngineException">A ledger or an engine did not start.</exception>
    public async Task<MeasureResults> RunAsync(CancellationToken cancellationToken)
    {
        List<LedgerPlace> places = [];
        try
        {
            foreach (var ledger in options.Ledgers) places.Add(await LedgerPlace.OpenAsync(ledger, cancellationToken));
            await WarmUpAsync(places, cancellationToken);
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var shape in Rounds.Rotate(options.Shapes, round - 1))
                {
                    foreach (var place in Rounds.Rotate(places, round - 1))
                        await MeasureAsync(round, place, shape, cancellationToken);
                }
            }

            return new MeasureResults(
                places.ToDictionary(place => place.Name, place => place.Durability), _sales, _replays);
        }
        finally
        {
            foreach (var place in places) await place.DisposeAsync();
        }
    }

    // Not counted. What is wrong shows in the rounds as well.
    private async Task WarmUpAsync(IReadOnlyList<LedgerPlace> places, CancellationToken cancellationToken)
    {
        foreach (var place in places)
        {
            foreach (var shape in Shape.All.Where(shape => shape.Name is Shape.Large or Shape.Lane))
            {
                var small = shape.Scaled(Math.Min(options.Scale, MeasureOptions.WarmUpScale));
                await new Measurement(0, place, small, options.Calls).RunAsync(cancellationToken);
            }
        }
    }

    private async Task MeasureAsync(int round, LedgerPlace place, Shape shape, CancellationToken cancellationToken)
    {
        var measurement = new Measurement(round, place, shape, options.Calls) { Audits = round == 1 };
        var (sale, replay) = await measurement.RunAsync(cancellationToken);
        _sales.Add(sale);
        Console.WriteLine(
            Invariant($"round {round} {place.Name,-8} {shape.Title,-22} {sale.PerSecond,9:n0} units/s, ") +
            Invariant($"{sale.ProcessorMicroseconds:0.00} µs of CPU a unit, {sale.BytesPerHold:0} B a hold") +
            Told(sale.Findings));
        if (replay is null) return;
        _replays.Add(replay);
        Console.WriteLine(Invariant(
            $"round {round} {place.Name,-8} replay of {replay.Entries:n0} entries: {replay.Seconds:0.00} s") +
            Told(replay.Findings));
    }

    private static string Told(IReadOnlyList<string> findings) =>
        findings.Count == 0 ? "" : " FAILED: " + string.Join("; ", findings);
}
