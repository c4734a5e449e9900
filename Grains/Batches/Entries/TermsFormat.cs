using System.Text.Json;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// The terms of a batch as JSON members, as in the request that creates it: <c>channel</c> is one name or a list.
/// </summary>
public static class TermsFormat
{
    /// <summary>Writes the members of the terms into the current object.</summary>
    public static void Write(Utf8JsonWriter json, BatchTerms terms)
    {
        json.WriteString("id"u8, terms.Id);
        json.WriteStartObject("product"u8);
        json.WriteString("id"u8, terms.Product.Id);
        json.WriteString("name"u8, terms.Product.Name);
        Write(json, "price"u8, terms.Product.Price);
        if (terms.Product.ImageUrl is not null) json.WriteString("imageUrl"u8, terms.Product.ImageUrl);
        json.WriteEndObject();
        if (terms.Channels.Length == 1)
        {
            json.WriteString("channel"u8, terms.Channels[0]);
        }
        else
        {
            json.WriteStartArray("channel"u8);
            foreach (var channel in terms.Channels) json.WriteStringValue(channel);
            json.WriteEndArray();
        }
        json.WriteNumber("stock"u8, terms.Stock);
        json.WriteNumber("perUserLimit"u8, terms.PerUserLimit);
        json.WriteNumber("paymentWindowSeconds"u8, terms.PaymentWindowSeconds);
        json.WriteStartObject("schedule"u8);
        LedgerLine.WriteInstant(json, "reservationOpens"u8, terms.Schedule.ReservationOpens.ToUnixTimeMilliseconds());
        LedgerLine.WriteInstant(json, "reservationCloses"u8, terms.Schedule.ReservationCloses.ToUnixTimeMilliseconds());
        LedgerLine.WriteInstant(json, "saleOpens"u8, terms.Schedule.SaleOpens.ToUnixTimeMilliseconds());
        LedgerLine.WriteInstant(json, "saleCloses"u8, terms.Schedule.SaleCloses.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    /// <summary>Writes an amount of money.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, Money money)
    {
        json.WriteStartObject(name);
        json.WriteNumber("amount"u8, money.Amount);
        json.WriteString("currency"u8, money.Currency);
        json.WriteEndObject();
    }

    /// <summary>Reads the terms from the object the reader stands on; it then stands on the closing brace.</summary>
    /// <exception cref="LedgerFormatException">A member is missing, malformed or unknown.</exception>
    public static BatchTerms Read(ref Utf8JsonReader json)
    {
        try
        {
            using var document = JsonDocument.ParseValue(ref json);
            var data = Exactly(7, document.RootElement);
            var hasImage = data.GetProperty("product").TryGetProperty("imageUrl", out var image);
            var product = Exactly(hasImage ? 4 : 3, data.GetProperty("product"));
            var channel = data.GetProperty("channel");
            var schedule = Exactly(4, data.GetProperty("schedule"));
            return new BatchTerms(
                Text(data.GetProperty("id")),
                new Product(Text(product.GetProperty("id")), Text(product.GetProperty("name")),
                    ReadMoney(product.GetProperty("price")), hasImage ? Text(image) : null),
                channel.ValueKind == JsonValueKind.Array ? [.. channel.EnumerateArray().Select(Text)] : [Text(channel)],
                data.GetProperty("stock").GetInt32(),
                data.GetProperty("perUserLimit").GetInt32(),
                data.GetProperty("paymentWindowSeconds").GetInt32(),
                new Schedule(ReadInstant(schedule.GetProperty("reservationOpens")), ReadInstant(schedule.GetProperty("reservationCloses")),
                    ReadInstant(schedule.GetProperty("saleOpens")), ReadInstant(schedule.GetProperty("saleCloses"))));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or JsonException)
        {
            throw new LedgerFormatException("the terms are malformed", e);
        }
    }

    private static Money ReadMoney(JsonElement money) =>
        new(Exactly(2, money).GetProperty("amount").GetInt64(), Text(money.GetProperty("currency")));

    private static DateTimeOffset ReadInstant(JsonElement instant) =>
        instant.GetDateTimeOffset() is var at && at.Offset == TimeSpan.Zero
            ? at
            : throw new LedgerFormatException("an instant is not in UTC");

    // As many members as are read: with each of those there, none can be unknown or there twice.
    private static JsonElement Exactly(int members, JsonElement element) =>
        element.GetPropertyCount() == members
            ? element
            : throw new LedgerFormatException("the terms have other members than they should");

    private static string Text(JsonElement text) => text.GetString() ?? throw new LedgerFormatException("a member is null");
}
