using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>A closed loop: every connection sends its next request when it has its answer.</summary>
/// <param name="Good">Answers that are what they must be.</param>
/// <param name="P99Ms">From the sending: little, in a closed loop.</param>
internal sealed record Measured(int Connections, double Seconds, long Good, double P99Ms, Usage Used)
{
    /// <summary>
    /// Figures of a turn: good answers a second with the connections that suit the contender best; good answers for a
    /// second of processor time, of server and generator together.
    /// </summary>
    public const string Peak = "perSecond", ByProcessor = "perProcessorSecond";

    public double PerSecond => Good / Seconds;

    /// <summary>Processor time of the web server and its store for one answer; of the generator.</summary>
    private double ServerMicroseconds => (Used.HostSeconds + Used.StoreSeconds) * 1e6 / Math.Max(1, Good);
    private double GeneratorMicroseconds => Used.GeneratorSeconds * 1e6 / Math.Max(1, Good);

    /// <summary>What a contender's turn shows. Processor times are those of the run that took least.</summary>
    public static Reading Read(
        string contender, int round, IReadOnlyList<Measured> runs, IReadOnlyList<string> findings)
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
        figures[Usage.Others] = runs.Average(run => run.Used.OthersShare);
        return new Reading(contender, round, figures, findings);
    }
}

/// <summary>
/// A measure of the design: one contender's answers a second as a multiple of another's, round by round. Each counts
/// with the connections that suit it best in that round.
/// </summary>
/// <param name="Goal">The least that is aimed at; null: it is only reported.</param>
internal sealed record Ratio(string Name, string Above, string Below, double? Goal)
{
    public static IReadOnlyList<Ratio> All { get; } =
    [
        new("purchase_vs_noop", Contender.Purchase, Contender.NoOp, 0.85),
        new("purchase_vs_jwt_noop", Contender.Purchase, Contender.NoOpJwt, 1.15),
        new("purchase_vs_redis_always", Contender.Purchase, Contender.RedisAlways, 2),
        new("purchase_vs_redis_everysec", Contender.Purchase, Contender.RedisEverySecond, 1.5),
        new("purchase_vs_postgres", Contender.Purchase, Contender.Postgres, 15),
        new("soldout_vs_noop", Contender.SoldOut, Contender.NoOp, 0.95),
        new("reserve_vs_jwt_noop", Contender.Reserve, Contender.NoOpJwt, 0.4),
        new("reserve_postgres_vs_jwt_noop", Contender.ReservePostgres, Contender.NoOpJwt, 0.4),
        new("reply_vs_purchase_token", Contender.Reply, Contender.PurchaseToken, 0.5),
        new("reply_vs_purchase_jwt", Contender.Reply, Contender.PurchaseJwt, null),
        new("soldout_vs_redis_soldout", Contender.SoldOut, Contender.RedisSoldOut, null),
        new("purchase_jwt_vs_jwt_noop", Contender.PurchaseJwt, Contender.NoOpJwt, null),
        new("purchase_vs_before", Contender.Purchase, Contender.Before, null),
    ];

    public bool IsMeasured(IReadOnlyList<Reading> turns) => turns.Quotient(Above, Below, Measured.Peak) is not null;

    public Check Of(IReadOnlyList<Reading> turns) =>
        Check.Goal(Name, turns.Quotient(Above, Below, Measured.Peak), Goal);

    /// <summary>
    /// The ratio at each number of connections, and what it would be for processors alone: on a machine that others use
    /// too, that is the steadier figure.
    /// </summary>
    public Figures Row(IReadOnlyList<Reading> turns)
    {
        var row = new Figures { ["name"] = Name };
        foreach (var figure in turns[0].Figures.Keys.Where(name => name.StartsWith("per", StringComparison.Ordinal)))
            row[figure] = turns.Quotient(Above, Below, figure);
        return row;
    }
}
