using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.Net.Http.Headers;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Pages;

/// <summary>A page, or a file, as it is sent: compressed once for all who read it.</summary>
public sealed class RenderedPage
{
    private const string Html = "text/html; charset=utf-8";

    private readonly string _mediaType;
    private readonly (string Coding, byte[] Body)[] _compressed;
    private readonly byte[] _plain;
    private readonly string _tag;

    /// <param name="text">The page in UTF-8.</param>
    /// <param name="mediaType">Its media type.</param>
    public RenderedPage(byte[] text, string mediaType = Html)
    {
        _mediaType = mediaType;
        _plain = text;
        _tag = XxHash3.HashToUInt64(text).ToString("x16", CultureInfo.InvariantCulture);
        // What most browsers like best comes first.
        _compressed =
        [
            ("br", Compress(text, output => new BrotliStream(output, CompressionLevel.Optimal))),
            ("gzip", Compress(text, output => new GZipStream(output, CompressionLevel.Optimal))),
        ];
    }

    /// <summary>Answers with it, or says that the browser has it already.</summary>
    public Task WriteAsync(HttpContext http, int status)
    {
        var (coding, body) = ChooseFor(http.Request);
        var headers = http.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (coding is not null) headers.ContentEncoding = coding;
        var tag = new EntityTagHeaderValue(coding is null ? $"\"{_tag}\"" : $"\"{_tag}-{coding}\"");
        if (status == StatusCodes.Status200OK)
        {
            headers.ETag = tag.ToString();
            if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
            {
                headers.Remove(HeaderNames.ContentEncoding);
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }
        return Reply.WriteAsync(http.Response, status, _mediaType, body).AsTask();
    }

    private (string? Coding, byte[] Body) ChooseFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        foreach (var (coding, body) in _compressed)
        {
            if (accepted.Any(one => one.Quality is not 0
                && one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)))
            {
                return (coding, body);
            }
        }
        return (null, _plain);
    }

    private static byte[] Compress(byte[] text, Func<Stream, Stream> into)
    {
        using var output = new MemoryStream();
        using (var stream = into(output)) stream.Write(text);
        return output.ToArray();
    }
}
