using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.GrainInterfaces.Payments.Format;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// How the sandbox reads requests and writes answers; refusals are problem documents with a stable code.
/// </summary>
internal static class SandboxAnswer
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    private static readonly FormOptions FormBounds = new()
    {
        BufferBodyLengthLimit = MaxBodyBytes,
        ValueLengthLimit = MaxBodyBytes,
        MultipartBodyLengthLimit = MaxBodyBytes,
        ValueCountLimit = MaxFields,
    };

    private const int MaxFields = 64;

    /// <summary>How all JSON is written.</summary>
    public static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>An amount of money in minor units.</summary>
    public static object Money(long amount, string currency) => new { amount, currency };

    /// <summary>An instant of the store.</summary>
    public static DateTime? Instant(long? unixMilliseconds) => unixMilliseconds is { } at
        ? DateTimeOffset.FromUnixTimeMilliseconds(at).UtcDateTime
        : null;

    public static IResult Ok(object body, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(body, Json, statusCode: status);

    public static IResult Invalid(JsonFault fault) =>
        Refused(StatusCodes.Status400BadRequest, "invalid-request", "Invalid request", fault);

    public static IResult NotFound(string what) => Refused(StatusCodes.Status404NotFound, "not-found", what);

    /// <summary>A refusal, with what was paid back before if that is the reason.</summary>
    public static IResult Refused(
        int status, string code, string title, JsonFault? fault = null, string? refund = null, object? amount = null)
    {
        var problem =
            new { type = "about:blank", title, status, code, fault?.Field, Detail = fault?.Reason, refund, amount };
        return TypedResults.Json(problem, Json, "application/problem+json", status);
    }

    /// <summary>The fields of a page's form, or the refusal.</summary>
    public static async Task<(IFormCollection Form, IResult? Refusal)> ReadFormAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return (FormCollection.Empty, Refused(
                StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body must be a form"));
        }

        try
        {
            return (await request.ReadFormAsync(FormBounds, cancellationToken), null);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            // The latter is a form in UTF-7.
            return (FormCollection.Empty, Invalid(new JsonFault("body", "is no form, or too large")));
        }
    }

    /// <summary>Refuses a form that cannot be read before others read it. What is no form is left to them.</summary>
    public static async ValueTask<object?> RefuseBadFormAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.HasFormContentType) return await next(context);
        var (_, refusal) = await ReadFormAsync(http.Request, http.RequestAborted);
        return refusal ?? await next(context);
    }

    /// <summary>The members of a request's JSON body, or the refusal.</summary>
    public static async Task<(JsonMembers Body, IResult? Refusal)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        // This keeps other sites' pages out too: a browser asks before it sends this type across sites, and is not
        // answered.
        if (!request.HasJsonContentType())
        {
            return (JsonMembers.Empty, Refused(
                StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type",
                "The body must be application/json"));
        }

        var buffer = new byte[MaxBodyBytes + 1];
        return await ReceivedBody.ReadAsync(request, buffer, cancellationToken) is { } length
            ? (JsonMembers.Parse(buffer.AsMemory(0, length)), null)
            : (JsonMembers.Empty, Refused(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is too large"));
    }
}
