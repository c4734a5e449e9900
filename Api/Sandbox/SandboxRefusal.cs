using Microsoft.AspNetCore.Http.HttpResults;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>The sandbox's refusals as problem documents with a stable <c>code</c>.</summary>
internal static class SandboxRefusal
{
    private const string ContentType = "application/problem+json";

    public static IResult InvalidRequest(JsonFault fault) =>
        Problem(StatusCodes.Status400BadRequest, "invalid-request", "Invalid request", fault.Field, fault.Reason);

    public static IResult Unauthenticated() =>
        Problem(StatusCodes.Status401Unauthorized, "unauthenticated", "The api key is missing or wrong");

    public static IResult NotFound(string what) => Problem(StatusCodes.Status404NotFound, "not-found", what);

    public static IResult Conflict(string why) => Problem(StatusCodes.Status409Conflict, "conflict", why);

    /// <summary>Of a refund, because of those that were made before.</summary>
    public static IResult Refunded(string code, string why, string refund, MoneyBody amount) => Problem(
        new ProblemBody("about:blank", why, StatusCodes.Status409Conflict, code, Field: null, Detail: null, refund, amount));

    public static IResult TooLarge() =>
        Problem(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is too large");

    public static IResult UnsupportedMediaType() => Problem(
        StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body must be application/json");

    private static JsonHttpResult<ProblemBody> Problem(
        int status, string code, string title, string? field = null, string? detail = null) =>
        Problem(new ProblemBody("about:blank", title, status, code, field, detail));

    private static JsonHttpResult<ProblemBody> Problem(ProblemBody body) =>
        TypedResults.Json(body, SandboxJson.Default.ProblemBody, ContentType, body.Status);
}
