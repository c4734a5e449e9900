using System.Globalization;
using System.Text.Json.Serialization;
using HdrHistogram;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What a contender did in one turn.</summary>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Contender">Which contender.</param>
/// <param name="Closed">The closed loop, one for each number of connections.</param>
/// <param name="Open">The open loop, one for each share of the peak.</param>
/// <param name="Findings">What the audits found; empty if nothing is wrong.</param>
internal sealed record TurnResult(
    int Round, Contender Contender, IReadOnlyList<ClosedResult> Closed, IReadOnlyList<OpenResult> Open,
    IReadOnlyList<string> Findings)
{
    public double Peak => Closed.Max(closed => closed.PerSecond);
}

/// <summary>A measurement of a contender, and where the processor time went.</summary>
internal abstract record Result : Usage
{
    protected Result(Usage used)
        : base(used)
    {
    }

    public required int Round { get; init; }
    public required string Contender { get; init; }
    public required long Good { get; init; }
    public required long Bad { get; init; }
}

/// <summary>One measurement of the closed loop. Latencies count from the sending.</summary>
internal sealed record ClosedResult : Result
{
    public ClosedResult(Usage used)
        : base(used)
    {
    }

    public required int Connections { get; init; }
    public required double Seconds { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    public double PerSecond => Good / Seconds;
    public double ServerMicroseconds => (HostSeconds + StoreSeconds) * 1e6 / Math.Max(1, Good);
    public double GeneratorMicroseconds => GeneratorSeconds * 1e6 / Math.Max(1, Good);
}

/// <summary>One measurement of the open loop. Latencies count from the intended start.</summary>
internal sealed record OpenResult : Result
{
    /// <summary>Below this share of the intended rate a queue has built up, and latencies measure the queue.</summary>
    public const double SustainedShare = 0.97;

    public OpenResult(Usage used, LongHistogram latencies)
        : base(used) => Latencies = latencies;

    public required int Percent { get; init; }
    public required double IntendedPerSecond { get; init; }
    public required double PerSecond { get; init; }

    [JsonIgnore]
    public LongHistogram Latencies { get; }
    public bool Sustained => PerSecond >= IntendedPerSecond * SustainedShare;
    public double P50Ms => Latencies.Milliseconds(50);
    public double P99Ms => Latencies.Milliseconds(99);
    public double P999Ms => Latencies.Milliseconds(99.9);
    public double MaxMs => Latencies.Milliseconds(100);
}

/// <summary>A measure of the design: one contender's answers a second as a multiple of another's.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Above">What is divided.</param>
/// <param name="Below">By what.</param>
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

    public static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A ratio over all rounds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Goal">The least that is aimed at; null: it is only reported.</param>
/// <param name="Peak">Of the peaks: each contender with the number of connections that suits it best in that
/// round.</param>
/// <param name="ByConnections">At each number of connections.</param>
/// <param name="ByProcessorTime">By the processor time of one answer.</param>
internal sealed record RatioReport(
    string Name, double? Goal, Spread Peak, IReadOnlyDictionary<string, Spread> ByConnections, Spread ByProcessorTime);
