using System.Text.Json.Serialization.Metadata;

namespace OrleansSale.Api.Http;

/// <summary>Answers in JSON, written by generated code.</summary>
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
}
