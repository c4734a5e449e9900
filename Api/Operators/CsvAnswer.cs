using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Operators;

/// <summary>Answers of the operators' lists as CSV.</summary>
internal static class CsvAnswer
{
    /// <summary>Whether to answer with CSV: only if the client names it, and does not prefer JSON.</summary>
    public static bool IsWanted(HttpContext http)
    {
        var accepted = http.Request.GetTypedHeaders().Accept;
        return QualityOf(CsvExport.MediaType) is > 0 and var csv && csv >= QualityOf("application/json");

        double QualityOf(string mediaType) => accepted
            .Where(range => range.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            .Select(range => range.Quality ?? 1).DefaultIfEmpty().Max();
    }

    /// <summary>Answers with a file.</summary>
    public static async Task<IResult> WriteAsync(
        HttpContext http, string fileName, string[] columns, Func<CsvExport, Task> write)
    {
        http.Response.ContentType = CsvExport.MediaType + "; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        await using var csv = await CsvExport.BeginAsync(http.Response.Body, http.RequestAborted, columns);
        await WholeOrCutOffAsync(http, () => write(csv));
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
