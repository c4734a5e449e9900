namespace OrleansSale.Tests.Load.Compare.Figures;

/// <summary>A measure of the design: one contender's answers a second as a multiple of another's.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Above">What is divided.</param>
/// <param name="Below">By what.</param>
/// <param name="Goal">The least that is aimed at; null: it is only reported.</param>
internal sealed record Ratio(string Name, string Above, string Below, double? Goal)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Ratio> All { get; } =
    [
        new("purchase_vs_noop", Contender.Purchase, Contender.NoOp, 0.85),
        new("purchase_vs_jwt_noop", Contender.Purchase, Contender.NoOpJwt, 1.15),
        new("purchase_vs_redis_always", Contender.Purchase, Contender.RedisAlways, 2),
        new("purchase_vs_redis_everysec", Contender.Purchase, Contender.RedisEverySecond, 1.5),
        new("purchase_vs_postgres", Contender.Purchase, Contender.Postgres, 15),
        new("soldout_vs_noop", Contender.SoldOut, Contender.NoOp, 0.95),
        new("soldout_vs_redis_soldout", Contender.SoldOut, Contender.RedisSoldOut, null),
        new("purchase_jwt_vs_jwt_noop", Contender.PurchaseJwt, Contender.NoOpJwt, null),
    ];

    /// <summary>
    /// Round by round: of the peaks, each contender with the number of connections that suits it best in that round, or at one
    /// number of connections. Null if a contender was not measured.
    /// </summary>
    public Spread? Of(IReadOnlyList<TurnResult> turns, int? connections = null)
    {
        return Spread.OfQuotients(PerRound(Above), PerRound(Below));

        Dictionary<int, double> PerRound(string name) => turns.Where(turn => turn.Contender.Name == name)
            .ToDictionary(turn => turn.Round, turn => connections is null ? turn.Peak : At(turn, connections.Value));
    }

    /// <summary>
    /// What the ratio would be if it were for processors alone: by the processor time of one answer, server and generator
    /// together. On a machine that others use too it is the steadier figure. Null if a contender was not measured.
    /// </summary>
    public Spread? OfProcessorTime(IReadOnlyList<TurnResult> turns)
    {
        return Spread.OfQuotients(PerRound(Below), PerRound(Above));

        Dictionary<int, double> PerRound(string name) => turns.Where(turn => turn.Contender.Name == name).ToDictionary(
            turn => turn.Round, turn => turn.Closed.Min(closed => closed.ServerMicroseconds + closed.GeneratorMicroseconds));
    }

    private static double At(TurnResult turn, int connections) =>
        turn.Closed.Single(closed => closed.Connections == connections).PerSecond;
}
