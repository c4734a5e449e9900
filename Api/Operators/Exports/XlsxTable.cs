using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace OrleansSale.Api.Operators.Exports;

/// <summary>
/// Writes a table as a workbook of Office Open XML (ECMA-376): texts as texts, numbers as numbers, and instants as
/// dates in UTC. A text is data there and never a formula, so it is written as it is.
/// </summary>
/// <remarks>
/// It is written as it comes: memory holds a few rows. A sheet is bounded by <see cref="MaxRows"/> and
/// <see cref="MaxBytes"/>, so a longer table continues on further sheets, each with the columns' names. All writing is
/// asynchronous, as the server demands.
/// </remarks>
public sealed class XlsxTable : ITableWriter
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>Most rows of a sheet, with the columns' names.</summary>
    public const int MaxRows = 1_048_576;

    /// <summary>
    /// A sheet that has more bytes of XML gets no more rows. A part of more than 4 GiB would need a form that .NET
    /// writes wrong while streaming (dotnet/runtime#127389).
    /// </summary>
    public const long MaxBytes = 3_500_000_000;

    // A spreadsheet keeps 15 digits of a number. Longer ones stay whole as texts.
    private const long MaxNumber = 999_999_999_999_999;
    private const int PendingBytes = 32 * 1024;


    private readonly ZipArchive _file;
    private readonly string _name;
    private readonly string[] _columns, _letters;
    private readonly (int Rows, long Bytes) _most;
    private readonly CancellationToken _aborted;
    private readonly MemoryStream _pending = new();
    private readonly List<Cell> _cells = [];
    private Stream? _sheet;
    private XmlWriter? _xml;
    private int _sheets, _rows;
    private long _sheetBytes;

    private XlsxTable(
        ZipArchive file, string name, string[] columns, (int Rows, long Bytes) most, CancellationToken aborted)
    {
        (_file, _name, _columns, _most, _aborted) = (file, name, columns, most, aborted);
        _letters = [.. columns.Select((_, column) => LettersOf(column))];
    }

    /// <summary>Begins a table with its columns.</summary>
    /// <param name="stream">Where the file goes. It is only written to, and stays open.</param>
    /// <param name="name">
    /// The name of the first sheet: at most 25 letters. Further sheets have a number besides: <c>orders 2</c>.
    /// </param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="most">The bounds of a sheet: 2 to <see cref="MaxRows"/> rows, and its bytes.</param>
    /// <param name="aborted">Ends the writing.</param>
    public static async Task<XlsxTable> BeginAsync(
        Stream stream, string name, string[] columns, (int Rows, long Bytes) most, CancellationToken aborted)
    {
        var file = await ZipArchive.CreateAsync(
            stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, aborted);
        var table = new XlsxTable(file, name, columns, most, aborted);
        await table.BeginSheetAsync();
        return table;
    }

    /// <inheritdoc />
    public void Text(string? text) => _cells.Add(new Cell(string.IsNullOrEmpty(text) ? null : text));

    /// <inheritdoc />
    public void Phone(string? phone) => Text(phone);

    /// <inheritdoc />
    public void Number(long? number)
    {
        if (number is > MaxNumber or < -MaxNumber) Text(number.Value.ToString(CultureInfo.InvariantCulture));
        else _cells.Add(new Cell(null, number, XlsxParts.GeneralStyle));
    }

    /// <inheritdoc />
    public void Instant(DateTimeOffset? instant) =>
        _cells.Add(new Cell(null, instant?.UtcDateTime.ToOADate(), XlsxParts.InstantStyle));

    /// <inheritdoc />
    public async Task EndRowAsync()
    {
        if (_rows == _most.Rows || _sheetBytes > _most.Bytes)
        {
            await EndSheetAsync();
            await BeginSheetAsync();
        }
        WriteRow();
        if (_pending.Length >= PendingBytes) await SendAsync();
    }

    /// <inheritdoc />
    public async Task FlushAsync()
    {
        await SendAsync();
        await _sheet!.FlushAsync(_aborted);
    }

    /// <inheritdoc />
    public async Task CompleteAsync()
    {
        await EndSheetAsync();
        foreach (var (path, content) in XlsxParts.Around([.. Enumerable.Range(1, _sheets).Select(NameOf)]))
        {
            await using var part = await _file.CreateEntry(path).OpenAsync(_aborted);
            await part.WriteAsync(content, _aborted);
        }
        await _file.DisposeAsync();
    }

    /// <inheritdoc />
    // The file's own end is not written here. So no program takes a part of a table for the whole.
    public async ValueTask DisposeAsync()
    {
        _xml?.Dispose();
        await _pending.DisposeAsync();
    }

    private static string LettersOf(int column) =>
        (column >= 26 ? LettersOf((column / 26) - 1) : "") + (char)('A' + (column % 26));

    private string NameOf(int sheet) =>
        sheet == 1 ? _name : string.Create(CultureInfo.InvariantCulture, $"{_name} {sheet}");

    private async Task BeginSheetAsync()
    {
        var row = _cells.ToArray();
        _sheets++;
        (_rows, _sheetBytes) = (0, 0);
        _sheet = await _file.CreateEntry(XlsxParts.SheetPath(_sheets), CompressionLevel.Fastest).OpenAsync(_aborted);
        _xml = XlsxParts.BeginSheet(_pending, _columns.Length);
        _cells.Clear();
        foreach (var column in _columns) _cells.Add(new Cell(column, null, XlsxParts.HeadStyle));
        WriteRow();
        _cells.AddRange(row);
    }

    private async Task EndSheetAsync()
    {
        await _xml!.WriteEndDocumentAsync();
        await SendAsync();
        await _xml.DisposeAsync();
        await _sheet!.DisposeAsync();
    }

    // Into memory.
    private void WriteRow()
    {
        var (xml, row) = (_xml!, (++_rows).ToString(CultureInfo.InvariantCulture));
        xml.WriteStartElement("row");
        xml.WriteAttributeString("r", row);
        for (var column = 0; column < _cells.Count; column++)
        {
            var (text, number, style) = _cells[column];
            if (text is null && number is null) continue;
            xml.WriteStartElement("c");
            xml.WriteAttributeString("r", _letters[column] + row);
            xml.WriteAttributeString("s", style);
            if (text is not null) XlsxParts.WriteText(xml, text);
            else xml.WriteElementString("v", number!.Value.ToString("R", CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        _cells.Clear();
    }

    private async Task SendAsync()
    {
        _xml!.Flush();
        await _sheet!.WriteAsync(_pending.GetBuffer().AsMemory(0, (int)_pending.Length), _aborted);
        _sheetBytes += _pending.Length;
        _pending.SetLength(0);
    }

    private readonly record struct Cell(string? Text, double? Number = null, string Style = XlsxParts.TextStyle);
}
