using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>Reads the terms of a batch to create, every field within its range.</summary>
public static class TermsInput
{
    private const string IdGrammar = "1 to 64 of a-z, 0-9 and -";
    private const long MaxPrice = 1_000_000_000_000;

    /// <summary>The terms; worthless if a field did not fit (<see cref="Fields.Problem"/>).</summary>
    public static BatchTerms Read(Fields fields)
    {
        var product = fields.Object("product");
        var price = product.Object("price");
        return new BatchTerms(
            fields.Text("id", text => Slug.IsOne(text), IdGrammar),
            new Product(
                product.Text("id", text => Slug.IsOne(text), IdGrammar),
                product.Line("name", 1, 200),
                new Money(price.Number("amount", 1, MaxPrice), price.Text("currency", IsCurrency, "three capital letters (ISO 4217)")),
                ReadImage(product)),
            fields.OneOrMany("channel", 1, BatchTerms.MaxChannels, text => UserId.IsChannel(text), "1 to 32 of a-z, 0-9 and -"),
            (int)fields.Number("stock", 1, BatchTerms.MaxStock),
            (int)fields.Number("perUserLimit", 1, BatchTerms.MaxPerUserLimit),
            (int)fields.Number("paymentWindowSeconds", 1, BatchTerms.MaxPaymentWindowSeconds),
            ReadSchedule(fields.Object("schedule")));
    }

    private static Schedule ReadSchedule(Fields fields)
    {
        var schedule = new Schedule(
            fields.Instant("reservationOpens"), fields.Instant("reservationCloses"),
            fields.Instant("saleOpens"), fields.Instant("saleCloses"));
        if (fields.Problem is not null) return schedule;
        if (schedule.ReservationCloses <= schedule.ReservationOpens) fields.Fail("reservationCloses", "must be after reservationOpens");
        if (schedule.SaleOpens < schedule.ReservationCloses) fields.Fail("saleOpens", "must not be before reservationCloses");
        if (schedule.SaleCloses <= schedule.SaleOpens) fields.Fail("saleCloses", "must be after saleOpens");
        return schedule;
    }

    // A page puts it into an img: nothing but a picture from the web, or from this site.
    private static string? ReadImage(Fields product)
    {
        var image = product.OptionalLine("imageUrl", 1, 2_000);
        if (image is null) return null;
        var isSafe = (image.StartsWith('/') && !image.StartsWith("//", StringComparison.Ordinal))
            || (Uri.TryCreate(image, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps);
        if (!isSafe) product.Fail("imageUrl", "must be an https address, or a path of this site");
        return image;
    }

    private static bool IsCurrency(string? text) => text is { Length: 3 } && text.All(c => c is >= 'A' and <= 'Z');
}
