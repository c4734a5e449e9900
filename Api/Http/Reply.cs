using System.Text.Json.Serialization.Metadata;

namespace OrleansSale.Api.Http;

/// <summary>Writes answers: bodies by generated code, and bytes that are there already.</summary>
public static class Reply
{
    /// <summary>The media type of answers.</summary>
    public const string MediaType = "application/json; charset=utf-8";

    /// <summary>200 with a body.</summary>
    public static IResult Ok<T>(T body, JsonTypeInfo<T> type) => TypedResults.Json(body, type);

    /// <summary>201 with a body and where it is from now on.</summary>
    public static IResult Created<T>(HttpContext http, string location, T body, JsonTypeInfo<T> type)
    {
        http.Response.Headers.Location = location;
        return TypedResults.Json(body, type, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Bytes that are the whole body. The server has its own copy of them when this has completed.</summary>
    public static ValueTask WriteAsync(HttpResponse response, int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        response.StatusCode = status;
        response.ContentType = mediaType;
        response.ContentLength = body.Length;
        // Writing goes on when the client has left: the server then drops what is written.
        return response.Body.WriteAsync(body, CancellationToken.None);
    }
}
