using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using MiniExcelLibs;
using OrleansSale.Api.Operators.Exports;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>The operators' lists as workbooks, read back by a library that shares nothing with the engine.</summary>
[Collection(SaleTests.Name)]
public sealed class WorkbookTests(SaleTests.Fixture fixture)
{
    private const string Sheet = "xl/worksheets/sheet1.xml";

    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

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

    [Theory]
    [InlineData("=1+1", "=1+1")]
    [InlineData("𠮷 😀 e\u0301", "𠮷 😀 e\u0301")]
    [InlineData("a\nb\tc", "a\nb\tc")]
    [InlineData("a\r\nb", "a_x000D_\nb")]
    [InlineData("\0\u0001\uFFFE", "_x0000__x0001__xFFFE_")]
    [InlineData("_x0041_ _x00e9_", "_x005F_x0041_ _x005F_x00e9_")]
    [InlineData("_x041_ _X0041_ _xyzzy_ _x0041", "_x041_ _X0041_ _xyzzy_ _x0041")]
    public void Only_what_XML_cannot_have_is_written_otherwise(string text, string written) =>
        XlsxParts.Escaped(text).ShouldBe(written);

    [Fact]
    public void Half_a_surrogate_pair_breaks_no_file() => XlsxParts.Escaped("a\uD842b").ShouldBe("a_xD842_b");

    [Fact]
    public async Task No_cell_is_a_formula_and_every_text_is_marked_as_text()
    {
        using var file = await WriteAsync(XlsxTable.MaxRows, async table =>
        {
            foreach (var text in (string[])["=1+1", "+8613800138000", "007", "2012-12-21", " x\n", "TRUE", "\0"])
            {
                table.Text(text);
                table.Phone(text);
                table.Number(7);
                table.Number(long.MaxValue);
                await table.EndRowAsync();
            }
        });
        using var zip = new ZipArchive(file);
        var cells = XDocument.Load(await zip.GetEntry(Sheet)!.OpenAsync(TestContext.Current.CancellationToken))
            .Descendants(Main + "c").ToArray();
        cells.Length.ShouldBe(8 * 4);
        cells.ShouldAllBe(cell => cell.Element(Main + "f") == null);
        cells.ShouldAllBe(cell => ((string)cell.Attribute("r")!).StartsWith('C') && (string)cell.Attribute("r")! != "C1"
            ? (string?)cell.Attribute("t") == null && cell.Value == "7"
            : (string?)cell.Attribute("t") == "inlineStr");
        cells.Where(cell => (string)cell.Attribute("r")! is not ("A1" or "B1" or "C1" or "D1"))
            .Where(cell => ((string)cell.Attribute("r")!)[0] is 'A' or 'D')
            .ShouldAllBe(cell => (string?)cell.Attribute("s") == "1", "the format of texts");
        cells.Select(cell => cell.Value).ShouldContain(" x\n");
        cells.Select(cell => cell.Value).ShouldContain("9223372036854775807", "no digit is lost");
    }

    [Fact]
    public async Task What_a_sheet_cannot_hold_is_on_the_next_one()
    {
        using var file = await WriteAsync(3, async table =>
        {
            for (var row = 1; row <= 4; row++)
            {
                table.Text($"row {row}");
                table.Empty(3);
                await table.EndRowAsync();
            }
        });
        MiniExcel.GetSheetNames(file).ShouldBe(["orders", "orders 2"]);
        Read(file).Select(row => row["a"]).ShouldBe(["row 1", "row 2"]);
        Read(file, "orders 2").Select(row => row["a"]).ShouldBe(["row 3", "row 4"]);
    }

    [Fact]
    public async Task A_list_without_rows_is_a_workbook_with_the_columns_alone()
    {
        using var file = await WriteAsync(XlsxTable.MaxRows, _ => Task.CompletedTask);
        MiniExcel.Query(file).Cast<IDictionary<string, object?>>().ShouldHaveSingleItem().Values
            .ShouldBe(["a", "b", "c", "d"]);
        Read(file).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_workbook_that_was_cut_off_cannot_be_opened()
    {
        using var file = new MemoryStream();
        await using (var table = await BeginAsync(file, XlsxTable.MaxRows))
        {
            table.Text("the first of many");
            await table.EndRowAsync();
            await table.FlushAsync();
        }
        file.Length.ShouldBePositive();
        Should.Throw<InvalidDataException>(() => new ZipArchive(file));
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData(XlsxTable.MediaType)]
    public async Task Rows_leave_before_the_next_page_is_read(string mediaType)
    {
        var (sent, next) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (pipe, http) = (new Pipe(), new DefaultHttpContext());
        http.Response.Body = pipe.Writer.AsStream();
        http.Request.Headers.Accept = mediaType;
        var answer = TableAnswer.WriteAsync(http, TableFormat.WantedBy(http)!, "b", "orders", ["a"], async table =>
        {
            table.Text("of the first page");
            await table.EndRowAsync();
            await table.FlushAsync();
            sent.SetResult();
            await next.Task;
            table.Text("of the last page");
            await table.EndRowAsync();
        });
        await sent.Task;
        pipe.Reader.TryRead(out var first).ShouldBeTrue();
        var text = TextOf(first.Buffer.ToArray(), mediaType);
        text.ShouldContain("of the first page");
        text.ShouldNotContain("of the last page");
        pipe.Reader.AdvanceTo(first.Buffer.End);
        next.SetResult();
        await answer;
        pipe.Reader.TryRead(out var rest).ShouldBeTrue("what is left comes then");
        rest.Buffer.Length.ShouldBePositive();
    }

    // The beginning of a file: of a workbook what is there of its first part, which is compressed.
    private static string TextOf(byte[] begun, string mediaType)
    {
        if (mediaType != XlsxTable.MediaType) return Encoding.UTF8.GetString(begun);
        var start = 30 + BitConverter.ToUInt16(begun, 26) + BitConverter.ToUInt16(begun, 28);
        using var inflated = new DeflateStream(new MemoryStream(begun[start..]), CompressionMode.Decompress);
        var text = new MemoryStream();
        try
        {
            for (int next; (next = inflated.ReadByte()) >= 0;) text.WriteByte((byte)next);
        }
        catch (InvalidDataException)
        {
            // It goes on.
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static Task<XlsxTable> BeginAsync(Stream file, int maxRows) =>
        XlsxTable.BeginAsync(file, "orders", ["a", "b", "c", "d"], maxRows, TestContext.Current.CancellationToken);

    private static async Task<MemoryStream> WriteAsync(int maxRows, Func<ITableWriter, Task> write)
    {
        var file = new MemoryStream();
        await using var table = await BeginAsync(file, maxRows);
        await write(table);
        await table.CompleteAsync();
        file.Position = 0;
        return file;
    }

    private static IDictionary<string, object?>[] Read(Stream file, string? sheet = null)
    {
        file.Position = 0;
        return [.. MiniExcel.Query(file, useHeaderRow: true, sheetName: sheet).Cast<IDictionary<string, object?>>()];
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
