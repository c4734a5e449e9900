using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Operators.Exports;

/// <summary>Answers of the operators' lists as files.</summary>
internal static class TableAnswer
{
    /// <summary>What the endpoints of the lists say about files.</summary>
    public const string Description = $"""
        With `Accept: {CsvTable.MediaType}` the whole list as CSV: RFC 4180, UTF-8 with a byte order mark, texts quoted,
        numbers not. An apostrophe stands before a text whose first visible character, apostrophes aside, is `=`, `+`,
        `-` or `@` of any width, so that no spreadsheet takes it for a formula. Take one away to have the text back.
        Nothing else is changed. Telephone numbers are as they were given; a spreadsheet keeps them whole if it imports
        the column as text.

        With `Accept: {XlsxTable.MediaType}` the same as a workbook (XLSX). Texts are as they are, and stay texts: no
        formulas, and telephone numbers are whole. Instants are dates in UTC. After 1,048,575 rows the list goes on on a
        further sheet.
        """;

    /// <summary>Answers with a file.</summary>
    /// <param name="http">The request.</param>
    /// <param name="format">Its format.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="name">The list: at most 25 letters.</param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="write">Writes the rows, and sends them now and then.</param>
    public static async Task<IResult> WriteAsync(
        HttpContext http, TableFormat format, string batch, string name, string[] columns,
        Func<ITableWriter, Task> write)
    {
        http.Response.ContentType = format.ContentType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{batch}-{name}.{format.Extension}\"";
        await using var table = await format.BeginAsync(http.Response.Body, name, columns, http.RequestAborted);
        await WholeOrCutOffAsync(http, async () =>
        {
            await write(table);
            await table.CompleteAsync();
        });
        return Results.Empty;
    }

    /// <summary>
    /// Writes an answer that has begun. It can't be refused any more: if its source is damaged, the connection is
    /// closed, so that no client takes a part for the whole.
    /// </summary>
    public static async Task WholeOrCutOffAsync(HttpContext http, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (StorageDamagedException)
        {
            http.Abort();
        }
    }
}
