using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>Settings <c>Orders:…</c>.</summary>
public sealed class OrderOptions
{
    /// <summary>
    /// From payBy to the release of an unpaid hold, in seconds: 0…3,600, 30 by default. A payment that arrives within
    /// this time is accepted. 0: the hold ends at payBy.
    /// </summary>
    [Range(0, 3_600)]
    public int GraceSeconds { get; set; } = 30;
}
