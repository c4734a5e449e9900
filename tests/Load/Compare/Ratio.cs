using System.Globalization;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Compare;

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
        new("reserve_vs_jwt_noop", Contender.Reserve, Contender.NoOpJwt, 0.4),
        new("reserve_postgres_vs_jwt_noop", Contender.ReservePostgres, Contender.NoOpJwt, 0.4),
        new("soldout_vs_redis_soldout", Contender.SoldOut, Contender.RedisSoldOut, null),
        new("purchase_jwt_vs_jwt_noop", Contender.PurchaseJwt, Contender.NoOpJwt, null),
    ];

    /// <summary>
    /// Round by round. By processor time is what the ratio would be if it were for processors alone: of one answer's
    /// time, server and generator together. On a machine that others use too it is the steadier figure. Null if a
    /// contender was not measured.
    /// </summary>
    public RatioReport? Report(IReadOnlyList<TurnResult> turns, IReadOnlyList<int> connections)
    {
        if (Quotients(turn => turn.Peak) is not { } peak) return null;
        return new RatioReport(
            Name, Goal, peak,
            connections.ToDictionary(Key, count => Quotients(
                turn => turn.Closed.Single(closed => closed.Connections == count).PerSecond)!.Value),
            Quotients(turn =>
                1 / turn.Closed.Min(closed => closed.ServerMicroseconds + closed.GeneratorMicroseconds))!.Value);

        Spread? Quotients(Func<TurnResult, double> figureOf) =>
            Spread.OfQuotients(PerRound(Above, figureOf), PerRound(Below, figureOf));

        Dictionary<int, double> PerRound(string name, Func<TurnResult, double> figureOf) =>
            turns.Where(turn => turn.Contender.Name == name).ToDictionary(turn => turn.Round, figureOf);
    }

    /// <summary>A number as a key of JSON.</summary>
    public static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A ratio over all rounds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Goal">The least that is aimed at; null: it is only reported.</param>
/// <param name="Peak">Of the peaks: each contender with the connections that suit it best in that round.</param>
/// <param name="ByConnections">At each number of connections.</param>
/// <param name="ByProcessorTime">By the processor time of one answer.</param>
internal sealed record RatioReport(
    string Name, double? Goal, Spread Peak, IReadOnlyDictionary<string, Spread> ByConnections, Spread ByProcessorTime);
