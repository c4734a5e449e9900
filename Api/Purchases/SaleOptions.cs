using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Api.Purchases;

/// <summary>Settings <c>Sale:…</c> of the purchase lanes.</summary>
public sealed class SaleOptions
{
    /// <summary>
    /// A purchase that waited this long is answered overloaded, in seconds: 1…60, 10 by default. Asking again under the
    /// same key is safe.
    /// </summary>
    [Range(1, 60)]
    public int AnswerWithinSeconds { get; set; } = 10;

    /// <summary>
    /// Waiting purchases per lane: 1…1,000,000, 20,000 by default. Beyond it the answer is overloaded, at once; and so it is,
    /// while the batch is slower than its buyers, beyond what it can answer within <see cref="LongestWait"/>.
    /// </summary>
    [Range(1, 1_000_000)]
    public int LaneCapacity { get; set; } = 20_000;

    /// <summary>
    /// How long a purchase should have to wait at most, by the pace of the batch: an eighth of the bound. The rest is for what
    /// the pace does not foretell, such as storage that stalls.
    /// </summary>
    public TimeSpan LongestWait => TimeSpan.FromSeconds(AnswerWithinSeconds / 8.0);

    /// <summary>
    /// How long a front that was told to end goes on answering while it says that it is not ready, in seconds: 0…300.
    /// By default 3 on a cluster, where others go on beside it, and else 0.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; }
}
