using System.Globalization;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>Draws bars of throughput, and curves of latency by percentile for each share of the peak.</summary>
internal static class ComparePictures
{
    private const int Width = 900;
    private const string Grey = "#dddddd", Dark = "#444444", OursColour = "#c2410c", OthersColour = "#64748b";

    private static readonly string[] Colours =
    [
        "#64748b", "#a3a3a3", "#c2410c", "#f59e0b", "#2563eb", "#1e3a8a", "#15803d", "#db2777", "#7c3aed",
        "#0891b2", "#854d0e",
    ];

    /// <summary>Draws them all into a folder, which is made if it is not there.</summary>
    public static async Task DrawAsync(CompareReport report, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        folder.Create();
        await WriteAsync("throughput.svg", Throughput(report));
        foreach (var percent in report.Contenders[0].Latencies.Select(latency => latency.Percent))
            await WriteAsync($"latency-{percent}.svg", Latency(report, percent));

        Task WriteAsync(string name, string text) =>
            File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text, cancellationToken);
    }

    /// <summary>A bar for each contender's median peak, with a line from the least to the most.</summary>
    public static string Throughput(CompareReport report)
    {
        const int left = 300, right = 90, top = 50, row = 34, bar = 20;
        var svg = new Svg(Width, top + row * report.Contenders.Count + 20);
        var longest = report.Contenders.Max(contender => contender.PeakPerSecond.Most);
        var scale = (Width - left - right) / Math.Max(longest, 1);
        svg.Write(
            20, 28, Invariant($"Answers a second: median of {report.Rounds} rounds, least to most"), isBold: true);
        for (var index = 0; index < report.Contenders.Count; index++)
        {
            var contender = report.Contenders[index];
            var (peak, y) = (contender.PeakPerSecond, top + row * index);
            svg.Write(left - 10, y + 15, contender.Title, "end", contender.IsOurs);
            svg.Box(left, y, peak.Median * scale, bar, contender.IsOurs ? OursColour : OthersColour);
            svg.Line(left + peak.Least * scale, y + bar / 2.0, left + peak.Most * scale, y + bar / 2.0, Dark, 2);
            svg.Write(left + peak.Most * scale + 8, y + 15, Invariant($"{peak.Median:n0}"));
        }

        return svg.ToString();
    }

    /// <summary>A curve for each contender: latency by percentile, both axes logarithmic.</summary>
    public static string Latency(CompareReport report, int percent)
    {
        const int left = 70, right = 250, top = 50, height = 360;
        var svg = new Svg(Width, top + height + 50);
        var most = report.Contenders.Max(contender => At(contender, percent).Milliseconds["99.99"]);
        var decades = Math.Max(1, Math.Ceiling(Math.Log10(Math.Max(most, 1) / LeastMs)));
        svg.Write(
            20, 28, Invariant($"Latency at {percent} % of each one's peak, ms from the intended start"), isBold: true);
        for (var decade = 0; decade <= decades; decade++)
        {
            var y = YOf(LeastMs * Math.Pow(10, decade));
            svg.Line(left, y, Width - right, y, Grey);
            svg.Write(left - 8, y + 4, Invariant($"{LeastMs * Math.Pow(10, decade):0.##}"), "end");
        }

        foreach (var percentile in (double[])[0, 50, 90, 99, 99.9, 99.99])
        {
            svg.Line(XOf(percentile), top, XOf(percentile), top + height, Grey);
            svg.Write(XOf(percentile), top + height + 20, Invariant($"{percentile} %"), "middle");
        }

        for (var index = 0; index < report.Contenders.Count; index++)
        {
            var (contender, colour) = (report.Contenders[index], Colours[index % Colours.Length]);
            var latency = At(contender, percent);
            var points = latency.Milliseconds.Select(point => (Percentile: Number(point.Key), point.Value))
                .Where(point => point.Percentile < 100).Select(point => (XOf(point.Percentile), YOf(point.Value)));
            svg.Curve(points, colour);
            svg.Box(Width - right + 15, top + 22 * index, 14, 14, colour);
            svg.Write(Width - right + 35, top + 12 + 22 * index,
                Invariant($"{contender.Name}, {latency.IntendedPerSecond:n0}/s"));
        }

        return svg.ToString();

        double XOf(double percentile) => left + (Width - left - right) * -Math.Log10(1 - percentile / 100) / 4;
        double YOf(double ms) => top + height - height * Math.Log10(Math.Max(ms, LeastMs) / LeastMs) / decades;
    }

    private const double LeastMs = 0.1;

    private static LatencyReport At(ContenderReport contender, int percent) =>
        contender.Latencies.Single(latency => latency.Percent == percent);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
