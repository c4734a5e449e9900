using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

/// <param name="Good">Answers that are what they must be.</param>
internal sealed record ClosedRun(int Connections, double Seconds, long Good, double P99Ms, Usage Used)
{
    /// <summary>
    /// Figures of a turn: good answers a second with the connections that suit the contender best; good answers for a
    /// second of processor time, of server and generator together; share of the machine that other programs took.
    /// </summary>
    public const string Peak = "perSecond", ByProcessor = "perProcessorSecond", Others = "othersShare";

    public double PerSecond => Good / Seconds;

    /// <summary>Processor time of the web server and its store for one answer; of the generator.</summary>
    private double ServerMicroseconds => (Used.HostSeconds + Used.StoreSeconds) * 1e6 / Math.Max(1, Good);
    private double GeneratorMicroseconds => Used.GeneratorSeconds * 1e6 / Math.Max(1, Good);

    /// <summary>What a contender's turn shows. Processor times are those of the run that took least.</summary>
    public static Reading Read(
        string contender, int round, IReadOnlyList<ClosedRun> runs, IReadOnlyList<string> findings)
    {
        var thrifty = runs.MinBy(run => run.ServerMicroseconds + run.GeneratorMicroseconds)!;
        var figures = new OrderedDictionary<string, double> { [Peak] = runs.Max(run => run.PerSecond) };
        foreach (var run in runs.OrderBy(run => run.Connections))
        {
            figures[$"perSecondAt{run.Connections}"] = run.PerSecond;
            figures[$"p99MsAt{run.Connections}"] = run.P99Ms;
        }

        figures[ByProcessor] = 1e6 / (thrifty.ServerMicroseconds + thrifty.GeneratorMicroseconds);
        figures["serverMicroseconds"] = thrifty.ServerMicroseconds;
        figures["generatorMicroseconds"] = thrifty.GeneratorMicroseconds;
        figures[Others] = runs.Average(run => run.Used.OthersShare);
        return new Reading(contender, round, figures, findings);
    }
}
