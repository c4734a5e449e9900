namespace OrleansSale.Api.Operators.Exports;

/// <summary>A format in which the operators' lists are files.</summary>
public sealed class TableFormat
{
    private static readonly TableFormat Csv = new(
        CsvTable.MediaType, CsvTable.MediaType + "; charset=utf-8", "csv",
        async (stream, _, columns, aborted) => await CsvTable.BeginAsync(stream, aborted, columns));

    private static readonly TableFormat Xlsx = new(
        XlsxTable.MediaType, XlsxTable.MediaType, "xlsx",
        async (stream, name, columns, aborted) => await XlsxTable.BeginAsync(
            stream, name, columns, (XlsxTable.MaxRows, XlsxTable.MaxBytes), aborted));

    private readonly Func<Stream, string, string[], CancellationToken, Task<ITableWriter>> _begin;

    private TableFormat(
        string mediaType, string contentType, string extension,
        Func<Stream, string, string[], CancellationToken, Task<ITableWriter>> begin)
    {
        (MediaType, ContentType, Extension) = (mediaType, contentType, extension);
        _begin = begin;
    }

    /// <summary>The media types of all of them.</summary>
    public static string[] MediaTypes { get; } = [Csv.MediaType, Xlsx.MediaType];

    /// <summary>The media type.</summary>
    public string MediaType { get; }

    /// <summary>The header Content-Type.</summary>
    public string ContentType { get; }

    /// <summary>How a file's name ends, without the dot.</summary>
    public string Extension { get; }

    /// <summary>
    /// The format to answer in; null: JSON. A format counts only if the client names it and does not prefer another.
    /// </summary>
    public static TableFormat? WantedBy(HttpContext http)
    {
        var accepted = http.Request.GetTypedHeaders().Accept;
        var wanted = QualityOf(Csv.MediaType) >= QualityOf(Xlsx.MediaType) ? Csv : Xlsx;
        return QualityOf(wanted.MediaType) is > 0 and var quality && quality >= QualityOf("application/json")
            ? wanted : null;

        double QualityOf(string mediaType) => accepted
            .Where(range => range.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            .Select(range => range.Quality ?? 1).DefaultIfEmpty().Max();
    }

    /// <summary>Begins a table.</summary>
    /// <param name="stream">Where it goes; it stays open.</param>
    /// <param name="name">The name of the list: at most 25 letters.</param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="aborted">Ends the writing.</param>
    public Task<ITableWriter> BeginAsync(Stream stream, string name, string[] columns, CancellationToken aborted) =>
        _begin(stream, name, columns, aborted);
}
