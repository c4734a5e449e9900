using System.Text;
using OrleansSale.Api.Pages;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Pages;

/// <summary>What links to the page of a batch show.</summary>
internal static class SaleCard
{
    /// <summary>Longest description, in characters: more is not shown anywhere.</summary>
    public const int MaxLength = 300;

    /// <summary>The card of a batch.</summary>
    /// <param name="heading">The batch's title, else its product's name.</param>
    /// <param name="description">What it says of itself; null: nothing.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="schedule">Its schedule in force.</param>
    /// <param name="address">Its page.</param>
    /// <param name="words">The words of the page's language.</param>
    public static PageCard Of(
        string heading, string? description, BatchTerms terms, Schedule schedule, PageAddress address, PageWords words)
    {
        var product = terms.Product;
        string[] facts =
        [
            product.Name == heading ? "" : product.Name, words.Price(product.Price), words.Opens(schedule.SaleOpens),
            description?.ReplaceLineEndings(" ") ?? "",
        ];
        return new PageCard(
            "product", heading, Cut(string.Join(" · ", facts.Where(fact => fact.Length > 0))), address,
            address.OfPicture(product.ImageUrl), product.Name,
            (PageWords.Amount(product.Price), product.Price.Currency));
    }

    private static string Cut(string text)
    {
        if (text.Length <= MaxLength) return text;
        var cut = new StringBuilder(MaxLength);
        foreach (var rune in text.EnumerateRunes())
        {
            if (cut.Length + rune.Utf16SequenceLength >= MaxLength) break;
            cut.Append(rune);
        }
        return cut.Append('…').ToString();
    }
}
