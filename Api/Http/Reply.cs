using System.Text.Json.Serialization.Metadata;

namespace OrleansSale.Api.Http;

/// <summary>Writes answers: bodies by generated code, and prepared bytes.</summary>
public static class Reply
{
    /// <summary>The media type of answers.</summary>
    public const string MediaType = "application/json; charset=utf-8";

    /// <summary>200 with a body.</summary>
    public static IResult Ok<T>(T body, JsonTypeInfo<T> type) => TypedResults.Json(body, type);

    /// <summary>202 with a body.</summary>
    public static IResult Accepted<T>(T body, JsonTypeInfo<T> type) =>
        TypedResults.Json(body, type, statusCode: StatusCodes.Status202Accepted);

    /// <summary>201 with a body and its address.</summary>
    /// <param name="http">The request.</param>
    /// <param name="location">The path below the site's base.</param>
    /// <param name="body">The body.</param>
    /// <param name="type">How it is written.</param>
    public static IResult Created<T>(HttpContext http, string location, T body, JsonTypeInfo<T> type)
    {
        http.Response.Headers.Location = http.Request.PathBase + location;
        return TypedResults.Json(body, type, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>
    /// Writes bytes that are the whole body. When this has completed, the server has its own copy of them.
    /// </summary>
    public static ValueTask WriteAsync(HttpResponse response, int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        response.StatusCode = status;
        response.ContentType = mediaType;
        response.ContentLength = body.Length;
        // Writing continues when the client has disconnected: the server then drops the bytes.
        return response.Body.WriteAsync(body, CancellationToken.None);
    }
}
