using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>
/// Reads the JSON body of a request within bounds. Attributes on the members of its type are the rules.
/// </summary>
public static class RequestBody
{
    /// <summary>Longest body, in bytes.</summary>
    public const int MaxLength = 65_536;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>
    /// The body, or the problem: not JSON, too long, of another media type, or the first member that does not fit. A
    /// missing body counts as one without members. Unknown members are ignored.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="type">The type of the body.</param>
    /// <param name="isGenuine">
    /// Whether the sender signed these bytes: what is not signed is not read. Null: nothing is to be signed.
    /// </param>
    public static async ValueTask<(T? Body, Problem? Problem)> ReadAsync<T>(
        HttpContext http, JsonTypeInfo<T> type, Predicate<ReadOnlyMemory<byte>>? isGenuine = null)
        where T : class
    {
        var request = http.Request;
        var buffer = ArrayPool<byte>.Shared.Rent(MaxLength + 1);
        try
        {
            var received = request.ContentLength == 0
                ? 0
                : await ReceivedBody.ReadAsync(request, buffer.AsMemory(0, MaxLength + 1), http.RequestAborted);
            if (received is not { } length) return (null, Problem.Of(Refusal.TooLarge));
            if (isGenuine?.Invoke(buffer.AsMemory(0, length)) == false)
                return (null, Problem.Of(Refusal.Unauthenticated));
            if (length == 0) return Read("{}"u8.ToArray(), type);
            if (!request.HasJsonContentType()) return (null, Problem.Of(Refusal.UnsupportedMediaType));
            return Read(buffer.AsMemory(0, length), type);
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

    private static (T? Body, Problem? Problem) Read<T>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> type) where T : class
    {
        if (Parse(bytes, out var json) is { } noJson) return (null, noJson);
        using var _ = json;
        var body = json!.RootElement;
        if (body.ValueKind != JsonValueKind.Object) return (null, Problem.Invalid("body", "must be an object"));
        return BodyMember.FindProblem(body, type) is var (path, problem)
            ? (null, Problem.Invalid(path, problem.Detail, problem.Fault))
            : (body.Deserialize(type), null);
    }

    private static Problem? Parse(ReadOnlyMemory<byte> bytes, out JsonDocument? json)
    {
        json = null;
        try
        {
            json = JsonDocument.Parse(bytes, Strict);
            return null;
        }
        catch (JsonException e)
        {
            // An exception without a position is about a duplicate name.
            return Problem.Invalid("body", e.LineNumber is { } line
                ? $"not JSON: line {line + 1}, byte {e.BytePositionInLine + 1}"
                : "a name is there twice in one object");
        }
        catch (InvalidOperationException)
        {
            // A member's name with half a surrogate pair: valid JSON, and no text.
            return Problem.Invalid("body", "not JSON: a name is not valid Unicode");
        }
    }
}
