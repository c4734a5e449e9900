namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Whether purchases are slower than those of a build before. One round is a pair, and its ratio is of the turns that
/// came right after each other. The bar is missed only if the whole 95 % interval of the ratio lies below it.
/// </summary>
internal static class BuildBefore
{
    /// <summary>Pairs without which nothing is judged.</summary>
    public const int MinPairs = 20;

    private const double Bar = 0.98;

    /// <summary>Student's t of 19 degrees of freedom: with more pairs the true one is less.</summary>
    private const double StudentT = 2.093;

    /// <summary>
    /// The interval as the check's spread, and the upper end against the bar. It is of the geometric mean: a pair that
    /// is twice as fast and one that is half as fast cancel out. Empty: there is no other build, or too few pairs.
    /// </summary>
    public static IEnumerable<Check> Judge(IReadOnlyList<Reading> turns)
    {
        var logarithms = turns.Quotients(Contender.Purchase, Contender.Before, Measured.Peak)
            .Select(ratio => Math.Log(ratio)).ToList();
        if (logarithms.Count < MinPairs) yield break;
        var mean = logarithms.Average();
        var variance = logarithms.Sum(one => (one - mean) * (one - mean)) / (logarithms.Count - 1);
        var half = StudentT * Math.Sqrt(variance / logarithms.Count);
        var (least, most) = (Math.Exp(mean - half), Math.Exp(mean + half));
        yield return Check.Goal("purchase_vs_before, 95 % interval: its end", new Spread(most, least, most), Bar);
    }
}
