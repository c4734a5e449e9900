using System.Text.RegularExpressions;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The rules for a new batch besides the ranges of its fields, as a pure function. A batch that was created before a
/// rule existed still works.
/// </summary>
public static partial class NewBatchRules
{
    /// <summary>The field that breaks a rule, and why; null: the batch may be created now.</summary>
    /// <param name="terms">The batch, each field in its range.</param>
    /// <param name="channels">The platforms that this engine sells on.</param>
    /// <param name="now">The front's clock.</param>
    /// <param name="products">
    /// The products that have batches; none are needed if the product's id does not read as a number.
    /// </param>
    public static (string Field, FieldProblem Problem)? Refuse(
        BatchTerms terms, ConfiguredChannels channels, DateTimeOffset now, IEnumerable<string> products)
    {
        if (ReadsAsValue(terms.Id))
        {
            return ("id", new FieldProblem($"a spreadsheet would read {terms.Id}, or its orders as {terms.Id}.17, "
                + "as a number, a date or a formula; begin with a word, as in batch-1"));
        }
        if (Slug.StoredValueOf(terms.Id) is not null)
        {
            return ("id", new FieldProblem(
                $"the storage would read {terms.Id} as a hexadecimal number; use a hyphen, as in batch-1"));
        }
        // A product has one document, which has its waiting places.
        if (Slug.StoredValueOf(terms.Product.Id) is { } stored
            && products.FirstOrDefault(other => other != terms.Product.Id && Slug.StoredValueOf(other) == stored)
                is { } twin)
        {
            return ("product.id", new FieldProblem(
                $"the storage would read {terms.Product.Id} and {twin} as the same hexadecimal number"));
        }
        if (terms.Channels.FirstOrDefault(channel => !channels.TryFind(channel, out _)) is { } unknown)
        {
            return ("channel", new FieldProblem(
                $"{unknown} is not configured: set Channels:{unknown}:Name:en, or use one of {channels.Ids}"));
        }
        var currency = terms.Product.Price.Currency;
        if (Currency.MinorUnitsOf(currency) is null)
        {
            return ("product.price.currency",
                new FieldProblem($"{currency} is no currency of ISO 4217 that something can be sold in"));
        }
        if (terms.CarriedUnits > terms.Stock)
            return ("backlogUnits", new FieldProblem($"is more than the stock, which is {terms.Stock}"));
        if (terms.Schedule.SaleCloses <= now)
            return ("schedule.saleCloses", new FieldProblem("has passed", FieldFault.Past));
        if (terms.Schedule.ReservationCloses <= now)
        {
            return ("schedule.reservationCloses",
                new FieldProblem("has passed: nobody could reserve, so nobody could buy", FieldFault.Past));
        }
        return null;
    }

    /// <summary>
    /// Whether a spreadsheet, or a program that guesses types, reads the id as something other than a text: a number
    /// (<c>20121221</c>, <c>1e5</c>, <c>0x10</c>), a date (<c>2012-12-21</c>, <c>dec-21</c>, <c>may1</c>), a time
    /// (<c>5pm</c>), a formula (<c>-a</c>), or a word for a value (<c>true</c>, <c>null</c>).
    /// </summary>
    public static bool ReadsAsValue(string id) => Value().IsMatch(id);

    [GeneratedRegex("""
        ^(
            -.* |
            [0-9-]+ |
            [0-9]+[ed]-?[0-9]+ |
            0[xbo][0-9a-f]+ |
            [0-9]{1,2}-?(am|pm) |
            ([0-9]{1,4}-?)?(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|
                nov(ember)?|dec(ember)?)(-?[0-9]{1,4}){0,2} |
            true|false|null|nan|na|inf|infinity
        )$
        """, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Value();
}
