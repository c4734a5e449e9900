using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>
/// The same sale at the engine in one process and at a cluster, by turns, so that a noisy machine disturbs both alike.
/// </summary>
internal static class SelloutComparison
{
    /// <summary>What of the embedded engine's figure a cluster of one silo and one front is meant to reach.</summary>
    public const double Goal = 0.6;

    /// <summary>Runs it.</summary>
    /// <param name="options">The sale, and the cluster's size.</param>
    /// <param name="rounds">How often each of the two is run, 1 or more.</param>
    /// <param name="json">Where to write all reports; null: nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The status: 0 if no promise was broken.</returns>
    public static async Task<int> RunAsync(
        SelloutOptions options, int rounds, FileInfo? json, CancellationToken cancellationToken)
    {
        var (embedded, cluster) = (new List<SelloutReport>(), new List<SelloutReport>());
        for (var round = 1; round <= rounds; round++)
        {
            embedded.Add(await SelloutRun.ShowAsync(options with { Silos = 0 }, cancellationToken));
            cluster.Add(await SelloutRun.ShowAsync(options, cancellationToken));
        }

        var (one, other) = (Median(embedded), Median(cluster));
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Medians of {rounds}: one process {one:n0}/s; {options.Silos} silos, {options.Fronts} fronts {other:n0}/s; " +
            $"ratio {other / one:0.00}, goal {Goal:0.00}."));
        if (json is not null)
        {
            var comparison = new Comparison(one, other, other / one, embedded, cluster);
            await File.WriteAllTextAsync(
                json.FullName, JsonSerializer.Serialize(comparison, ReportJson.Default.Comparison) + "\n", cancellationToken);
        }

        return embedded.Concat(cluster).All(report => report.Failures.Count == 0) ? 0 : 1;
    }

    private static double Median(IEnumerable<SelloutReport> reports)
    {
        var figures = reports.Select(report => report.DurablePurchasesPerSecond).Order().ToList();
        return (figures[(figures.Count - 1) / 2] + figures[figures.Count / 2]) / 2;
    }
}

/// <summary>Both sides of a comparison.</summary>
/// <param name="EmbeddedMedian">Durable purchases a second of the engine in one process.</param>
/// <param name="ClusterMedian">Durable purchases a second of the cluster.</param>
/// <param name="Ratio">The cluster's ÷ the other.</param>
/// <param name="Embedded">Every run.</param>
/// <param name="Cluster">Every run.</param>
internal sealed record Comparison(
    double EmbeddedMedian,
    double ClusterMedian,
    double Ratio,
    IReadOnlyList<SelloutReport> Embedded,
    IReadOnlyList<SelloutReport> Cluster);
