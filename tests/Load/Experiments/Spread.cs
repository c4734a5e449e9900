namespace OrleansSale.Tests.Load.Compare.Figures;

/// <summary>What several rounds say of one figure.</summary>
/// <param name="Median">The middle one, or the mean of the two in the middle.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>From the least to the most, as a share of the median; 0 if that is 0.</summary>
    public double Relative => Median == 0 ? 0 : (Most - Least) / Median;

    /// <summary>Of the values; null if there are none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return null;
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>
    /// Of the quotients round by round. What slows the machine for a while slows both of a round, so this is steadier than a
    /// quotient of medians. A round that either lacks does not count; null if none is left.
    /// </summary>
    public static Spread? OfQuotients(IReadOnlyDictionary<int, double> above, IReadOnlyDictionary<int, double> below) =>
        Of(above.Where(round => below.GetValueOrDefault(round.Key) > 0).Select(round => round.Value / below[round.Key]));
}
