using System.Globalization;
using CsvHelper;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators.Exports;

/// <summary>
/// Writes a table as CSV for two kinds of readers. Programs get RFC 4180 in UTF-8 with a byte order mark, and every
/// text unchanged except by one rule. Spreadsheets get quoted texts and bare numbers, and no text that is a formula.
/// </summary>
/// <remarks>
/// The rule: an apostrophe stands before a text that a spreadsheet could take for a formula, because its first visible
/// character, apostrophes aside, is an equals, plus, minus or at sign of any width. No other text is changed. So a
/// reader who removes one apostrophe from such texts gets every original text. Telephone numbers are exempt: they may
/// begin with a plus, and their grammar does not allow a formula.
/// </remarks>
public sealed class CsvTable : ITableWriter
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/csv";

    private const char Mark = '\'';

    private readonly CsvWriter _csv;
    private readonly CancellationToken _aborted;

    private CsvTable(CsvWriter csv, CancellationToken aborted) => (_csv, _aborted) = (csv, aborted);

    /// <summary>Begins a table with its columns.</summary>
    public static async Task<CsvTable> BeginAsync(Stream stream, CancellationToken aborted, params string[] columns)
    {
        var options = CsvWriterOptions.Default with { WriteByteOrderMark = true };
        var table = new CsvTable(CsvWriter.Create(stream, options, leaveOpen: true), aborted);
        foreach (var column in columns) table.Text(column);
        await table.EndRowAsync();
        return table;
    }

    /// <summary>The text as it stands in a cell.</summary>
    public static string Marked(string text) => IsFormula(text) ? Mark + text : text;

    /// <inheritdoc />
    public void Text(string? text) =>
        _csv.WriteField(Marked(text ?? ""), string.IsNullOrEmpty(text) ? CsvQuoting.WhenNeeded : CsvQuoting.Always);

    /// <summary>
    /// A cell with a telephone number; null: an empty one. A text that is no number is written as a text.
    /// </summary>
    public void Phone(string? phone)
    {
        if (phone is not null && PhoneNumber.IsNumber(phone)) _csv.WriteField(phone, CsvQuoting.Always);
        else Text(phone);
    }

    /// <inheritdoc />
    public void Number(long? number) => _csv.WriteField(number?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>A cell with an instant as in JSON; null: an empty one.</summary>
    public void Instant(DateTimeOffset? instant) =>
        Text(instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public async Task EndRowAsync() => await _csv.EndRecordAsync(_aborted);

    /// <inheritdoc />
    public async Task FlushAsync() => await _csv.FlushAsync(_aborted);

    /// <inheritdoc />
    public Task CompleteAsync() => FlushAsync();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    // Of full width and of the small forms too: spreadsheets that are used in East Asia take them for the ASCII ones.
    private static bool IsFormula(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == Mark || PlainText.IsWhiteSpace(rune.Value) || PlainText.IsInvisible(rune.Value)) continue;
            return rune.Value is '=' or '+' or '-' or '@' or 0xFF1D or 0xFF0B or 0xFF0D or 0xFF20 or 0xFE66 or 0xFE62
                or 0xFE63 or 0xFE6B or 0x2212;
        }
        return false;
    }
}
