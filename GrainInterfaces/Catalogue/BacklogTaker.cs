using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.GrainInterfaces.Catalogue;

/// <summary>A batch as one of those of which one takes the backlog of its product next.</summary>
/// <remarks>
/// What buyers are told follows from the one rule here, and the rule from
/// <see cref="Backlog.IBacklogGrain.AssignAsync"/>: the batch with units for the backlog that opens first gets all who
/// wait. It does not matter whether it is hidden, or on which channels it is sold. Buyers of other channels lose their
/// places.
/// </remarks>
/// <param name="Terms">Its terms.</param>
/// <param name="SaleOpens">When it opens, by the schedule in force.</param>
/// <param name="IsClosed">Whether it is over: then it never opens, or has opened before.</param>
/// <param name="IsHidden">Whether it is hidden: then only its own page tells of it.</param>
public sealed record BacklogTaker(BatchTerms Terms, DateTimeOffset SaleOpens, bool IsClosed, bool IsHidden)
{
    /// <summary>
    /// The batch that takes the backlog of a product next. Null: there is none yet, or two open first at the same
    /// instant, and nobody knows which one is quicker.
    /// </summary>
    /// <param name="batches">Batches, of this product or others.</param>
    /// <param name="product">The product.</param>
    /// <param name="now">The instant.</param>
    public static BacklogTaker? Find(IEnumerable<BacklogTaker> batches, string product, DateTimeOffset now)
    {
        BacklogTaker? first = null;
        var isAlone = true;
        foreach (var batch in batches)
        {
            if (!batch.Terms.Takes(product) || batch.IsClosed || batch.SaleOpens <= now) continue;
            if (first is null || batch.SaleOpens < first.SaleOpens) (first, isAlone) = (batch, true);
            else if (batch.SaleOpens == first.SaleOpens) isAlone = false;
        }
        return isAlone ? first : null;
    }
}
