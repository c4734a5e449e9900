using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>Settings <c>Operators:…</c> besides who they are.</summary>
public sealed class ApprovalOptions
{
    /// <summary>
    /// Within how many seconds a second operator must approve a grant, a revival, the removal of a place, or a restock
    /// of an open sale: 0…604,800. 0, the default: nobody needs to.
    /// </summary>
    [Range(0, 604_800)]
    public int ApprovalSeconds { get; set; }
}
