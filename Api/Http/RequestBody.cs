using System.Buffers;
using System.Text.Json;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http;

/// <summary>Reads the JSON body of a request within bounds.</summary>
public static class RequestBody
{
    /// <summary>Longest body, in bytes.</summary>
    public const int MaxLength = 65_536;

    /// <summary>A body that announces more than this is not read at all, in bytes.</summary>
    public const int MaxAnnouncedLength = 1 << 20;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>
    /// The body as a document, null for an empty one, or the problem: not JSON, too long, of another media type.
    /// Dispose the document.
    /// </summary>
    public static async ValueTask<(JsonDocument? Json, Problem? Problem)> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentLength == 0) return default;
        if (request.ContentLength > MaxAnnouncedLength) return (null, Problem.Of(Refusal.TooLarge));
        var buffer = ArrayPool<byte>.Shared.Rent(MaxLength + 1);
        try
        {
            var length = await ReceivedBody.ReadAsync(request, buffer.AsMemory(0, MaxLength + 1), http.RequestAborted);
            if (length == 0) return default;
            if (!request.HasJsonContentType()) return (null, Problem.Of(Refusal.UnsupportedMediaType));
            if (length > MaxLength) return (null, Problem.Invalid("body", $"at most {MaxLength} bytes"));
            // The document keeps a reference to what it parses, so it gets a copy of its own.
            return (JsonDocument.Parse(buffer.AsSpan(0, length).ToArray(), Strict), null);
        }
        catch (JsonException e)
        {
            // Without a place: a name that is there twice.
            return (null, Problem.Invalid("body", e.LineNumber is { } line
                ? $"not JSON: line {line + 1}, byte {e.BytePositionInLine + 1}"
                : "a name is there twice in one object"));
        }
        catch (InvalidOperationException)
        {
            // A member's name with half a surrogate pair: valid JSON, and no text.
            return (null, Problem.Invalid("body", "not JSON: a name is not valid Unicode"));
        }
        catch (BadHttpRequestException e)
        {
            return (null, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.Of(Refusal.TooLarge)
                : Problem.Invalid("body", "could not be read"));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
