using System.Diagnostics;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>
/// Sees to it, as long as patience lasts, that a measurement has the machine for itself: it waits for a quiet moment,
/// and a measurement that others disturbed is made anew. What came of it all is audited, whatever is counted.
/// </summary>
/// <param name="patience">For how long a measurement may wait and be repeated.</param>
/// <param name="readOthersAsync">Looks which share of the machine other programs take; takes a moment.</param>
internal sealed class Quiet(TimeSpan patience, Func<Task<double>> readOthersAsync)
{
    /// <summary>Share of the machine that other programs may take on a quiet one.</summary>
    public const double Share = 0.05;

    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(0.5);

    /// <summary>The share of the machine that other programs take right now, 0…1.</summary>
    public static async Task<double> ReadOthersAsync()
    {
        var meter = new UsageMeter();
        await Task.Delay(Sample);
        return meter.Stop().OthersShare;
    }

    /// <summary>Measures until nobody disturbs it, or patience has run out; then the last measurement counts.</summary>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> measureAsync)
        where T : Usage
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            while (!IsOver(start) && await readOthersAsync() > Share)
            {
                // Each look takes its own time.
            }

            var result = await measureAsync();
            if (result.OthersShare <= Share || IsOver(start)) return result;
        }
    }

    private bool IsOver(long start) => Stopwatch.GetElapsedTime(start) >= patience;
}
