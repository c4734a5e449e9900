using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// The terms of a batch as JSON members, as in the request that creates it: <c>channel</c> is one name or a list.
/// </summary>
internal static class TermsFormat
{
    private static readonly string[] CancelPaid = ["until-shipped", "never"];

    /// <summary>Writes the members of the terms into the current object.</summary>
    public static void Write(DataWriter to, BatchTerms terms)
    {
        var json = to.Json;
        to.Text("id"u8, terms.Id);
        json.WriteStartObject("product"u8);
        to.Text("id"u8, terms.Product.Id);
        to.Text("name"u8, terms.Product.Name);
        to.Amount("price"u8, terms.Product.Price);
        to.TextIfAny("imageUrl"u8, terms.Product.ImageUrl);
        json.WriteEndObject();
        to.TextOrList("channel"u8, terms.Channels);
        to.Number("stock"u8, terms.Stock);
        to.Number("perUserLimit"u8, terms.PerUserLimit);
        to.Number("paymentWindowSeconds"u8, terms.PaymentWindowSeconds);
        Write(to, terms.Schedule);
        to.Number("keepPersonalDataDays"u8, terms.KeepPersonalDataDays);
        WriteIfAny(to, "title"u8, terms.Title);
        WriteIfAny(to, "description"u8, terms.Description);
        if (terms.StandbyLimit is { } places) to.Number("standbyLimit"u8, places);
        if (terms.OfferWindowSeconds is { } window) to.Number("offerWindowSeconds"u8, window);
        if (terms.CancelPaid is { } until) to.Text("cancelPaid"u8, CancelPaid[(int)until]);
        if (terms.BacklogUnits is { } units) to.Number("backlogUnits"u8, units);
    }

    /// <summary>Writes a schedule.</summary>
    public static void Write(DataWriter to, Schedule schedule)
    {
        to.Json.WriteStartObject("schedule"u8);
        to.Instant("reservationOpens"u8, schedule.ReservationOpens.ToUnixTimeMilliseconds());
        to.Instant("reservationCloses"u8, schedule.ReservationCloses.ToUnixTimeMilliseconds());
        to.Instant("saleOpens"u8, schedule.SaleOpens.ToUnixTimeMilliseconds());
        to.Instant("saleCloses"u8, schedule.SaleCloses.ToUnixTimeMilliseconds());
        to.Json.WriteEndObject();
    }

    /// <summary>Reads the members of the terms.</summary>
    public static BatchTerms Read(ref DataReader from)
    {
        var id = from.Text("id"u8);
        from.Open("product"u8);
        var product = new Product(
            from.Text("id"u8), from.Text("name"u8), from.Amount("price"u8), from.TextIfAny("imageUrl"u8));
        from.Close();
        return new BatchTerms(
            id, product, from.TextOrList("channel"u8), from.Int("stock"u8), from.Int("perUserLimit"u8),
            from.Int("paymentWindowSeconds"u8), ReadSchedule(ref from), from.Int("keepPersonalDataDays"u8),
            ReadIfAny(ref from, "title"u8), ReadIfAny(ref from, "description"u8),
            from.Has("standbyLimit"u8) ? from.Int("standbyLimit"u8) : null,
            from.Has("offerWindowSeconds"u8) ? from.Int("offerWindowSeconds"u8) : null,
            from.Has("cancelPaid"u8) ? (PaidCancellation)from.OneOf("cancelPaid"u8, CancelPaid) : null,
            from.Has("backlogUnits"u8) ? from.Int("backlogUnits"u8) : null);
    }

    /// <summary>Reads a schedule.</summary>
    public static Schedule ReadSchedule(ref DataReader from)
    {
        from.Open("schedule"u8);
        var schedule = new Schedule(
            ReadInstant(ref from, "reservationOpens"u8), ReadInstant(ref from, "reservationCloses"u8),
            ReadInstant(ref from, "saleOpens"u8), ReadInstant(ref from, "saleCloses"u8));
        from.Close();
        return schedule;
    }

    private static void WriteIfAny(DataWriter to, ReadOnlySpan<byte> name, LanguageText? text)
    {
        if (text is null) return;
        to.Json.WriteStartObject(name);
        to.TextIfAny("en"u8, text.English);
        to.TextIfAny("zh-CN"u8, text.Chinese);
        to.Json.WriteEndObject();
    }

    private static LanguageText? ReadIfAny(ref DataReader from, ReadOnlySpan<byte> name)
    {
        if (!from.Has(name)) return null;
        from.Open(name);
        var text = new LanguageText(from.TextIfAny("en"u8), from.TextIfAny("zh-CN"u8));
        from.Close();
        return text is { English: null, Chinese: null }
            ? throw new LedgerFormatException($"{System.Text.Encoding.UTF8.GetString(name)} is in no language")
            : text;
    }

    private static DateTimeOffset ReadInstant(ref DataReader from, ReadOnlySpan<byte> name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(from.Instant(name));
}
