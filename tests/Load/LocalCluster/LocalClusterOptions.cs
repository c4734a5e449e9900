using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.LocalCluster;

/// <summary>A cluster on this machine.</summary>
internal sealed record LocalClusterOptions : CommandOptions
{
    private const int Most = 16;

    [Description("Where everything is kept for the next time; by default a temporary folder, deleted at the end.")]
    public DirectoryInfo? Data { get; init; }

    [Description("Silos."), Range(1, Most)]
    public int Silos { get; init; } = 3;

    [Description("Fronts."), Range(1, Most)]
    public int Fronts { get; init; } = 2;

    [Description("Port of the first front; the others' follow."), Range(1, 65_535 - Most)]
    public int Port { get; init; } = 8080;

    /// <summary>The command <c>cluster</c>.</summary>
    public static Command Command() => Experiment.Command<LocalClusterOptions>(
        "cluster", "Runs PostgreSQL, silos and fronts on loopback, until Ctrl-C.",
        (options, cancellationToken) =>
            new LocalClusterRun(options.Data?.FullName, options.Silos, options.Fronts, options.Port)
            .RunAsync(cancellationToken));
}
