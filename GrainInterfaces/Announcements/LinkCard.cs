using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>What a post shows of the page that it leads to, as of the announcement.</summary>
/// <param name="Product">The product's name.</param>
/// <param name="Price">The price of one unit.</param>
/// <param name="SaleOpens">When the sale opens.</param>
/// <param name="ImageUrl">An https or site-relative address of the product's picture; null: it has none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.LinkCard")]
public sealed record LinkCard(
    [property: Id(0)] string Product, [property: Id(1)] Money Price, [property: Id(2)] DateTimeOffset SaleOpens,
    [property: Id(3)] string? ImageUrl)
{
    /// <summary>The card of a batch's page.</summary>
    /// <param name="terms">The terms of the batch.</param>
    /// <param name="schedule">Its schedule in force.</param>
    public static LinkCard Of(BatchTerms terms, Schedule schedule) =>
        new(terms.Product.Name, terms.Product.Price, schedule.SaleOpens, terms.Product.ImageUrl);
}
