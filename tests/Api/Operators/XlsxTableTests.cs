using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using System.Xml.Linq;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MiniExcelLibs;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>Workbooks, judged by two libraries that share nothing with the engine, and how they are sent.</summary>
public sealed class XlsxTableTests
{
    private const string Sheet = "xl/worksheets/sheet1.xml";

    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    [Theory]
    [InlineData("=1+1", "=1+1")]
    [InlineData("𠮷 😀 e\u0301", "𠮷 😀 e\u0301")]
    [InlineData("a\nb\tc", "a\nb\tc")]
    [InlineData("a\r\nb", "a_x000D_\nb")]
    [InlineData("\0\u0001\uFFFE", "_x0000__x0001__xFFFE_")]
    [InlineData("_x0041_ _x00e9_", "_x005F_x0041_ _x005F_x00e9_")]
    [InlineData("_x0041\r_x0041\u0001", "_x005F_x0041_x000D__x005F_x0041_x0001_")]
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
    public async Task Microsoft_s_own_library_finds_nothing_wrong_with_a_workbook()
    {
        using var file = await WriteAsync(3, async table =>
        {
            foreach (var text in (string?[])["=1+1", null, " 𠮷\r\n", "\0", "_x0041_"])
            {
                table.Text(text);
                table.Empty(1);
                table.Number(long.MinValue);
                table.Instant(new DateTimeOffset(2012, 12, 21, 4, 0, 0, 12, TimeSpan.Zero));
                await table.EndRowAsync();
            }
        });
        using var workbook = SpreadsheetDocument.Open(file, isEditable: false);
        new OpenXmlValidator(FileFormatVersions.Microsoft365)
            .Validate(workbook, TestContext.Current.CancellationToken)
            .Select(error => error.Description).ShouldBeEmpty();
        workbook.WorkbookPart!.WorksheetParts.Count().ShouldBe(3);
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
    public async Task A_sheet_that_has_its_bytes_gets_no_more_rows()
    {
        using var file = await WriteAsync(XlsxTable.MaxRows, async table =>
        {
            for (var row = 1; row <= 3; row++)
            {
                table.Text(new string('a', 1_000) + row);
                table.Empty(3);
                await table.EndRowAsync();
                await table.FlushAsync();
            }
        }, maxBytes: 2_000);
        MiniExcel.GetSheetNames(file).ShouldBe(["orders", "orders 2"]);
        Read(file).Concat(Read(file, "orders 2")).Select(row => ((string)row["a"]!)[^1]).ShouldBe(['1', '2', '3']);
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
    public async Task An_answer_whose_source_is_damaged_is_cut_off(string mediaType)
    {
        var (http, file, connection) = (new DefaultHttpContext(), new MemoryStream(), new Connection());
        http.Features.Set<IHttpRequestLifetimeFeature>(connection);
        http.Response.Body = file;
        http.Request.Headers.Accept = mediaType;
        await TableAnswer.WriteAsync(http, TableFormat.WantedBy(http)!, "b", "orders", ["a"], async table =>
        {
            table.Text("of the first page");
            await table.EndRowAsync();
            await table.FlushAsync();
            throw new StorageDamagedException("the second page");
        });
        connection.IsClosed.ShouldBeTrue();
        if (mediaType == XlsxTable.MediaType) Should.Throw<InvalidDataException>(() => new ZipArchive(file));
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

    private static Task<XlsxTable> BeginAsync(Stream file, int maxRows, long maxBytes = XlsxTable.MaxBytes) =>
        XlsxTable.BeginAsync(
            file, "orders", ["a", "b", "c", "d"], (maxRows, maxBytes), TestContext.Current.CancellationToken);

    private static async Task<MemoryStream> WriteAsync(
        int maxRows, Func<ITableWriter, Task> write, long maxBytes = XlsxTable.MaxBytes)
    {
        var file = new MemoryStream();
        await using var table = await BeginAsync(file, maxRows, maxBytes);
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

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public bool IsClosed { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsClosed = true;
    }
}
