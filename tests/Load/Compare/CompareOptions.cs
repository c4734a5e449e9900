using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>How long and how hard to compare.</summary>
internal sealed record CompareOptions : ExperimentOptions
{
    private const int MaxSeconds = 600;

    [Description("How often everybody has a turn."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("Length of a measurement of the closed loop."), Range(1, MaxSeconds)]
    public int Seconds { get; init; } = 3;

    [Description("Length of a measurement of the open loop."), Range(1, MaxSeconds)]
    public int OpenSeconds { get; init; } = 2;

    [Description("Load on each contender before the first round, not counted."), Range(1, MaxSeconds)]
    public int WarmUpSeconds { get; init; } = 20;

    [Description("How long a measurement may wait, and be repeated, for a quiet machine."), Range(0, MaxSeconds)]
    public int PatienceSeconds { get; init; }

    [Description("Connections of the closed loop, one measurement each, such as 64,256,2048."), Range(1, 10_000)]
    public IReadOnlyList<int> Connections { get; init; } = [64, 256];

    [Description("Letters or names of contenders, such as a,b,redis-always.")]
    public string? Only { get; init; }

    [Description("One short round, to see that everything works; the figures say nothing.")]
    public bool Quick { get; init; }

    [Description("The folder to draw the pictures in (SVG).")]
    public DirectoryInfo? Pictures { get; init; }

    /// <summary>The contenders, in the order of their letters.</summary>
    public IReadOnlyList<Contender> Contenders
    {
        get => field ?? (Only is null ? Contender.All : Contender.Named(Only) ?? []);
        init;
    }

    /// <summary>Open loop: arrivals in percent of the peak that the closed loop has just shown.</summary>
    public IReadOnlyList<int> OpenPercents { get; init; } = [50, 90];

    /// <summary>Keep-alive connections of the open loop.</summary>
    public int OpenConnections { get; init; } = 256;

    /// <summary>Units of the batch that is sold out before refusals are measured: so many users hold one.</summary>
    public int SoldOutUnits { get; init; } = 50_000;

    /// <summary>These, or those of one short round if that is asked for.</summary>
    public CompareOptions Effective => Quick
        ? this with { Rounds = 1, Seconds = 1, OpenSeconds = 1, WarmUpSeconds = 2, SoldOutUnits = 2_000 }
        : this;

    /// <inheritdoc/>
    public override string? Fault()
    {
        if (Contenders.Count == 0)
            return $"--only must be of {string.Join(", ", Contender.All.Select(one => $"{one.Letter} {one.Name}"))}.";
        return Connections.Min() < WrkRun.Threads
            ? $"--connections must be {WrkRun.Threads} or more: wrk has as many threads."
            : null;
    }
}
