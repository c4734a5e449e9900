using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What to sell to whom, and how hard to push.</summary>
internal sealed record SelloutOptions : ExperimentOptions
{
    private const int MaxProcesses = 16;

    [Description("Units in the batch."), Range(1, 10_000_000)]
    public int Units { get; init; } = 50_000;

    [Description("Users who reserve and buy one unit each."), Range(1, 1_000_000)]
    public int Buyers { get; init; } = 60_000;

    [Description("Keep-alive connections."), Range(1, 10_000)]
    public int Connections { get; init; } = 256;

    [Description("Over how many seconds the buyers arrive, evenly; 0: all at the opening."), Range(0.0, 86_400)]
    public double ArrivalSeconds { get; init; }

    [Description("Share of buyers who send an Idempotency-Key."), Range(0, 100)]
    public int KeyedPercent { get; init; } = 50;

    [Description("Share of buyers who double-click."), Range(0, 100)]
    public int DoubleClickPercent { get; init; } = 2;

    [Description("From the batch's creation to the opening; by default what a rehearsal foresees.")]
    public double? ReserveSeconds { get; init; }

    [Description("Silos of a cluster on a PostgreSQL of its own; 0: one process on SQLite files."),
        Range(0, MaxProcesses)]
    public int Cluster { get; init; }

    [Description("Fronts of the cluster."), Range(1, MaxProcesses)]
    public int Fronts { get; init; } = 1;

    [Description("Runs one process and the cluster (--cluster, 1 by default) by turns, so often each."), Range(0, 100)]
    public int Compare { get; init; }

    [Description(
        "Decides who has a key, who double-clicks, and in which order they come; 0: a random one, which is printed.")]
    [Range(0, int.MaxValue)]
    public int Seed { get; init; }

    [Description("Keep the engine's data.")]
    public bool Keep { get; init; }
}
