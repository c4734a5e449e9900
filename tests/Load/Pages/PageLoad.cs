using System.Net;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Load.Pages;

/// <summary>
/// What the browser of a first visitor asks for when it shows a sale: the page, all that the page names, and what its
/// script asks for. The event stream is not among it: <c>viewers</c> measures streams.
/// </summary>
internal static partial class PageLoad
{
    /// <summary>How often the script asks for the board, to set its clock.</summary>
    private const int Boards = 4;

    /// <summary>The requests, in their order.</summary>
    public static async Task<byte[][]> ReadAsync(Market market, string batch, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(
            new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All })
        {
            BaseAddress = market.Engine.Fronts[0],
        };
        var page = $"/sale/{batch}";
        var html = await client.GetStringAsync(page, cancellationToken);
        var named = Named().Matches(html).Select(match => match.Groups[1].Value).Distinct().ToList();
        if (named.Count(path => path.StartsWith("/pages/", StringComparison.Ordinal)) < 3)
            throw new EngineException($"{page} names no style sheet, script and texts: {string.Join(' ', named)}");
        var board = $"/api/batches/{batch}";
        List<string> paths =
            [page, .. named, "/api/me", .. Enumerable.Repeat(board, Boards), $"{board}/announcements?limit=20"];
        foreach (var path in paths.Distinct())
        {
            using var answer = await client.GetAsync(path, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new EngineException($"{path} was answered {(int)answer.StatusCode}");
        }

        return [.. paths.Select(market.Writer.Read)];
    }

    [GeneratedRegex(
        """<(?:link rel="(?:stylesheet|icon|modulepreload)"[^>]*? href|(?:script|img)[^>]*? src)="(/[^"]+)"[^>]*>""")]
    private static partial Regex Named();
}
