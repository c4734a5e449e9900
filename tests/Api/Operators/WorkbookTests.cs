using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MiniExcelLibs;
using OrleansSale.Api.Operators.Exports;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>The operators' lists as workbooks, read back by a library that shares nothing with the engine.</summary>
[Collection(SaleTests.Name)]
public sealed class WorkbookTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Orders_are_a_workbook_whose_texts_are_whole_and_whose_amounts_and_instants_can_be_reckoned_with()
    {
        var batch = await _sale.CreateAsync(stock: 10);
        var texts = new[] { "=HYPERLINK(\"http://evil\";\"x\")", "@SUM(1),\"quoted\"", "＝1+1", "'=1", "_x0041_",
            "𠮷野家 😀", "王小明", "-1\n +2 & <b>" };
        var orders = new List<string>();
        foreach (var text in texts)
        {
            var user = _sale.NewUser();
            orders.Add(await _sale.OrderAsync(batch, user));
            await DeliverAsync(orders[^1], user, text.Split('\n')[0], "+8613800138000", "address " + text);
        }
        await PayAsync(orders[0]);

        var rows = Read(await DownloadAsync(batch, "orders"));
        rows.Select(row => row["order"]).ShouldBe(orders);
        rows[0].Keys.Skip(9).ShouldBe([
            "checkout", "payment", "name", "phone", "address", "alias", "cancelledBy", "cancelReason", "operator",
            "shippedAt", "tracking", "return", "paidAt", "refundedAt",
        ]);
        rows.Select(row => row["name"]).ShouldBe(texts.Select(text => text.Split('\n')[0]));
        rows.Select(row => row["address"]).ShouldBe(texts.Select(text => "address " + text));
        rows.ShouldAllBe(row => row["phone"] as string == "+8613800138000");
        rows[0]["amount"].ShouldBeOfType<double>().ShouldBe(Offer.Price);
        rows[0]["status"].ShouldBe("paid");
        var listed = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", _sale.Operator)).Is(200);
        foreach (var (column, of) in new[] { ("heldAt", 0), ("payBy", 4), ("paidAt", 0) })
        {
            var instant = listed.Items[of].GetProperty(column).GetDateTimeOffset().UtcDateTime;
            rows[of][column].ShouldBeOfType<DateTime>().ShouldBe(instant, TimeSpan.FromMilliseconds(0.5));
        }
        rows[1]["paidAt"].ShouldBeNull();
    }

    [Fact]
    public async Task Reservations_and_money_are_workbooks_too()
    {
        var batch = await _sale.CreateAsync();
        var user = _sale.NewUser();
        await PayAsync(await _sale.OrderAsync(batch, user));
        Read(await DownloadAsync(batch, "reservations")).ShouldHaveSingleItem()["user"].ShouldBe(user);
        var balance = Read(await DownloadAsync(batch, "money")).ShouldHaveSingleItem();
        (balance["row"], balance["provider"], balance["captured"], balance["balanced"])
            .ShouldBe(("balance", "default", (double)Offer.Price, "true"));
    }

    [Theory]
    [InlineData("application/json", "json")]
    [InlineData("*/*", "json")]
    [InlineData("text/csv", "csv")]
    [InlineData("text/csv;q=0.5, application/json", "json")]
    [InlineData(XlsxTable.MediaType, "xlsx")]
    [InlineData(XlsxTable.MediaType + ", application/json;q=0.9", "xlsx")]
    [InlineData(XlsxTable.MediaType + ";q=0.8, text/csv", "csv")]
    [InlineData("text/csv;q=0.8, " + XlsxTable.MediaType, "xlsx")]
    [InlineData(XlsxTable.MediaType + ";q=0", "json")]
    public void The_format_that_a_client_names_and_prefers_is_given(string accept, string extension)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = accept;
        (TableFormat.WantedBy(http)?.Extension ?? "json").ShouldBe(extension);
    }

    private static IDictionary<string, object?>[] Read(Stream file)
    {
        file.Position = 0;
        return [.. MiniExcel.Query(file, useHeaderRow: true).Cast<IDictionary<string, object?>>()];
    }

    private async Task<MemoryStream> DownloadAsync(string batch, string list)
    {
        using var answer = await _sale.Client.OpenAsync(
            $"/api/operator/batches/{batch}/{list}", _sale.Operator, ("Accept", XlsxTable.MediaType));
        ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType).ShouldBe((200, XlsxTable.MediaType));
        answer.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe($"{batch}-{list}.xlsx");
        var file = new MemoryStream();
        await answer.Content.CopyToAsync(file, TestContext.Current.CancellationToken);
        return file;
    }

    private async Task PayAsync(string order)
    {
        var owner = (await _sale.Client.GetAsync(
            $"/api/operator/batches/{order.Split('.')[0]}/orders", _sale.Operator)).Is(200)
            .Items.Single(item => item.GetProperty("id").GetString() == order).GetProperty("user").GetString()!;
        await _sale.DecideAsync((await _sale.CheckOutAsync(order, owner)).Is(200)["checkoutUrl"]!, "paid");
        await _sale.UntilOrderIsAsync(order, owner, "paid");
    }

    private async Task DeliverAsync(string order, string user, string name, string phone, string address)
    {
        var body = new JsonObject { ["name"] = name, ["phone"] = phone, ["address"] = address };
        (await _sale.Client.SendAsync("PUT", $"/api/orders/{order}/delivery", _sale.Sign.Bearer(user), body)).Is(200);
    }
}
