using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Compare;

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
    ];

    public bool IsMeasured(IReadOnlyList<Reading> closed) => closed.Quotient(Above, Below, ClosedRun.Peak) is not null;

    public Goal Of(IReadOnlyList<Reading> closed) =>
        new(Name, closed.Quotient(Above, Below, ClosedRun.Peak)!.Value, Goal);

    /// <summary>
    /// The ratio at each number of connections, and what it would be for processors alone: on a machine that others use
    /// too, that is the steadier figure.
    /// </summary>
    public Figures Row(IReadOnlyList<Reading> closed)
    {
        var row = new Figures { ["name"] = Name };
        foreach (var figure in closed[0].Figures.Keys.Where(name => name.StartsWith("per", StringComparison.Ordinal)))
            row[figure] = closed.Quotient(Above, Below, figure);
        return row;
    }
}
