using System.Text.Json;
using MiniExcelLibs;
using OrleansSale.Api.Operators.Exports;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>The captured payments of a batch, as an operator sees them.</summary>
[Collection(SaleTests.Name)]
public sealed class PaymentsTests(SaleTests.Fixture fixture)
{
    // The sandbox keeps 0.6 % of a payment.
    private const long Fee = ((Offer.Price * 6) + 500) / 1_000;

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Every_captured_payment_is_listed_also_one_that_pays_for_nothing()
    {
        var batch = await _sale.CreateAsync(stock: 3);
        var (order, user, payment) = await PaidAsync(batch);
        var late = await PaidAsync(batch);
        (await _sale.CancelAsync(late.Order, late.User)).Is(200);
        await _sale.UntilOrderIsAsync(late.Order, late.User, "refunded");

        var list = await ListAsync(batch);
        list.Header("Cache-Control").ShouldBe("no-store");
        list["next"].ShouldBeNull();
        list.Items.Length.ShouldBe(2);
        var (kept, back) = (list.Items[0], list.Items[1]);
        Answer.NamesOf(kept).ShouldBe(
            ["order", "user", "alias", "provider", "payment", "amount", "state", "capturedAt", "fee"]);
        kept.GetProperty("fee").GetInt64().ShouldBe(Fee);
        Texts(kept, "order", "user", "alias", "provider", "payment", "state")
            .ShouldBe([order, user, _sale.Sign.AliasOf(user, batch), "default", payment, "sold"]);
        kept.GetProperty("amount").GetProperty("amount").GetInt64().ShouldBe(Offer.Price);
        Texts(back, "order", "payment", "state", "reason")
            .ShouldBe([late.Order, late.Payment, "refunded", "cancelled"]);
        back.GetProperty("refund").GetString().ShouldNotBeNullOrEmpty();

        // The orders have the same instants.
        var orders = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", _sale.Operator)).Is(200);
        orders.Items[0].GetProperty("paidAt").GetDateTimeOffset()
            .ShouldBe(kept.GetProperty("capturedAt").GetDateTimeOffset());
        orders.Items[1].GetProperty("refundedAt").GetDateTimeOffset()
            .ShouldBe(back.GetProperty("refundedAt").GetDateTimeOffset());
        orders.Items[0].TryGetProperty("refundedAt", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Payments_come_page_by_page_or_whole_as_a_file()
    {
        var batch = await _sale.CreateAsync(stock: 3);
        var payments = new List<string>();
        for (var i = 0; i < 3; i++) payments.Add((await PaidAsync(batch)).Payment);

        var first = await ListAsync(batch, "?limit=2");
        var rest = await ListAsync(batch, $"?limit=2&after={first["next"]}");
        first.Items.Concat(rest.Items).Select(item => item.GetProperty("payment").GetString()).ShouldBe(payments);
        rest["next"].ShouldBeNull();

        using var workbook = await DownloadAsync(batch, XlsxTable.MediaType);
        var rows = MiniExcel.Query(workbook, useHeaderRow: true).Cast<IDictionary<string, object?>>().ToArray();
        rows.Select(row => row["payment"]).ShouldBe(payments);
        rows.ShouldAllBe(row => row["capturedAt"] is DateTime && Equals(row["amount"], (double)Offer.Price)
            && Equals(row["fee"], (double)Fee));
        using var csv = await DownloadAsync(batch, "text/csv");
        var lines = System.Text.Encoding.UTF8.GetString(csv.ToArray()).TrimEnd().Split("\r\n");
        lines.Length.ShouldBe(4);
        lines[1..].ShouldAllBe(line => line.Contains($",\"CNY\",{Fee},\"sold\",", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_operators_see_payments_and_only_of_a_batch_that_there_is()
    {
        var batch = await _sale.CreateAsync();
        var path = $"/api/operator/batches/{batch}/payments";
        (await ListAsync(batch)).Items.ShouldBeEmpty();
        (await _sale.Client.GetAsync(path)).IsRefusal(401, "unauthenticated");
        (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(403, "forbidden");
        (await _sale.Client.GetAsync("/api/operator/batches/nowhere/payments", _sale.Operator))
            .IsRefusal(404, "not-found");
        foreach (var (query, field) in new[]
            { ("limit=0", "limit"), ("limit=1001", "limit"), ("after=x", "after"), ("after=-1", "after"),
                ("after=99999999999", "after") })
            (await _sale.Client.GetAsync($"{path}?{query}", _sale.Operator)).IsRefusal(400, "invalid-request", field);
    }

    private static string?[] Texts(JsonElement of, params string[] names) =>
        [.. names.Select(name => of.GetProperty(name).GetString())];

    private async Task<Answer> ListAsync(string batch, string query = "") =>
        (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/payments{query}", _sale.Operator)).Is(200);

    private async Task<MemoryStream> DownloadAsync(string batch, string mediaType)
    {
        using var answer = await _sale.Client.OpenAsync(
            $"/api/operator/batches/{batch}/payments", _sale.Operator, ("Accept", mediaType));
        var file = new MemoryStream();
        await answer.Content.CopyToAsync(file, TestContext.Current.CancellationToken);
        file.Position = 0;
        return file;
    }

    private async Task<(string Order, string User, string Payment)> PaidAsync(string batch)
    {
        var user = _sale.NewUser();
        var order = await _sale.OrderAsync(batch, user);
        var paid = (await _sale.DecideAsync((await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid"))
            .Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
        return (order, user, paid["payment"]!);
    }
}
