using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Http;

/// <summary>
/// A refusal as an HTTP answer: RFC 9457 <c>application/problem+json</c> with a stable <c>code</c>.
/// </summary>
/// <param name="Type">A name for the kind of problem, one per code.</param>
/// <param name="Title">Its meaning, the same for every problem of the kind.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code.</param>
/// <param name="Detail">Details, for a person.</param>
/// <param name="Field">For invalid-request: which field.</param>
/// <param name="Fault">For invalid-request: what is wrong with the field.</param>
/// <param name="OpensAt">For sale-not-open: when it opens.</param>
/// <param name="Limit">For limit-reached, and for a reservation that can no longer be made: which limit.</param>
/// <param name="Maximum">With a limit: how many it allows.</param>
/// <param name="Seq">For sold-out: the last entry of the ledger before the refusal.</param>
/// <param name="Standby">For sold-out: whether the line can be joined.</param>
public sealed record ProblemBody(
    string Type, string Title, int Status, string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(KebabCase<FieldFault>))]
    FieldFault? Fault,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? OpensAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(KebabCase<UserLimit>))]
    UserLimit? Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Maximum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Seq,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Standby);

/// <summary>Maps refusals to HTTP, in this one place and exhaustively.</summary>
public sealed class Problem : IResult
{
    /// <summary>The media type of problems.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>
    /// Retry-After is drawn from 1 to this many seconds, so that those refused together do not return together.
    /// </summary>
    public const int MaxRetryAfterSeconds = 3;

    private static readonly Problem[] Plain =
        [.. Enum.GetValues<Refusal>().Order().Select(refusal => new Problem(refusal))];

    // Made once for each limit that a batch can have.
    private static readonly Problem?[] UnitLimits = new Problem?[BatchTerms.MaxPerUserLimit + 1];

    private readonly int _status;
    private readonly byte[] _body;

    private Problem(
        Refusal refusal, string? detail = null, string? field = null, FieldFault? fault = null,
        DateTimeOffset? opensAt = null, UserLimit? limit = null, int? maximum = null, long? seq = null,
        bool? standby = null)
    {
        var (status, code, title) = Describe(refusal);
        var body = new ProblemBody(
            $"urn:orleanssale:problem:{code}", title, status, code, detail, field, fault, opensAt, limit, maximum, seq,
            standby);
        (Refusal, Limit) = (refusal, limit);
        _status = status;
        _body = JsonSerializer.SerializeToUtf8Bytes(body, ProblemJson.Wire.ProblemBody);
    }

    /// <summary>The refusal.</summary>
    public Refusal Refusal { get; }

    /// <summary>The limit that it names; null: none.</summary>
    public UserLimit? Limit { get; }

    /// <summary>The problem of a refusal; a prepared one if there is nothing to add.</summary>
    public static Problem Of(Refusal refusal, string? detail = null) =>
        detail is null ? Plain[(int)refusal - 1] : new Problem(refusal, detail);

    /// <summary>invalid-request, naming the field and what is wrong with it.</summary>
    public static Problem Invalid(string field, string detail, FieldFault fault = FieldFault.Malformed) =>
        new(Refusal.InvalidRequest, detail, field, fault);

    /// <summary>sale-not-open, with the opening.</summary>
    public static Problem NotOpen(DateTimeOffset opensAt) => new(Refusal.SaleNotOpen, opensAt: opensAt);

    /// <summary>sold-out, with the last entry before it, and whether the line can be joined.</summary>
    public static Problem SoldOut(long seq, bool mayStandBy) => new(Refusal.SoldOut, seq: seq, standby: mayStandBy);

    /// <summary>not-found, with the limit that prevents the user from making it, and the limit's value.</summary>
    public static Problem NotFound(UserLimit limit, int maximum) =>
        new(Refusal.NotFound, limit: limit, maximum: maximum);

    /// <summary>limit-reached, with the limit and its value.</summary>
    public static Problem LimitReached(UserLimit limit, int maximum)
    {
        if (limit != UserLimit.Units) return new(Refusal.LimitReached, limit: limit, maximum: maximum);
        return UnitLimits[maximum] ??= new(Refusal.LimitReached, limit: limit, maximum: maximum);
    }

    /// <summary>The stable code of a refusal.</summary>
    public static string CodeOf(Refusal refusal) => Describe(refusal).Code;

    /// <summary>When to ask again, in seconds; drawn anew for each answer.</summary>
    public static string RetryAfter() =>
        Random.Shared.Next(1, MaxRetryAfterSeconds + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The HTTP status of a refusal.</summary>
    public static int StatusOf(Refusal refusal) => Describe(refusal).Status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (_status == StatusCodes.Status503ServiceUnavailable) response.Headers.RetryAfter = RetryAfter();
        if (_status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer, Ticket";
        return Reply.WriteAsync(response, _status, MediaType, _body).AsTask();
    }

    private static (int Status, string Code, string Title) Describe(Refusal refusal) => refusal switch
    {
        Refusal.InvalidRequest => (400, "invalid-request", "The request is malformed."),
        Refusal.Unauthenticated => (401, "unauthenticated", "There is no valid credential."),
        Refusal.NotFound => (404, "not-found", "There is no such thing here."),
        Refusal.NotEligible => (403, "not-eligible", "The sale is not for users of this channel."),
        Refusal.TicketInvalid =>
            (403, "ticket-invalid", "The ticket does not entitle this user to buy from this batch."),
        Refusal.SaleClosed => (409, "sale-closed", "The sale is over."),
        Refusal.SaleNotOpen => (409, "sale-not-open", "The sale has not opened yet."),
        Refusal.Paused => (503, "paused", "The sale is paused."),
        Refusal.LimitReached => (409, "limit-reached", "A limit per user is reached."),
        Refusal.SoldOut => (409, "sold-out", "Not enough units are free."),
        Refusal.NotReserved => (403, "not-reserved", "The user holds no reservation."),
        Refusal.Overloaded => (503, "overloaded", "Not decided in time. Asking again is safe."),
        Refusal.Forbidden => (403, "forbidden", "This is for operators."),
        Refusal.ReservationClosed => (409, "reservation-closed", "Reservations are not open."),
        Refusal.OrderNotPayable => (409, "order-not-payable", "The order cannot be paid now."),
        Refusal.Conflict => (409, "conflict", "The request contradicts what is there."),
        Refusal.TooLarge => (413, "too-large", "The body is too large."),
        Refusal.UnsupportedMediaType => (415, "unsupported-media-type", "The body must be application/json."),
        Refusal.MethodNotAllowed => (405, "method-not-allowed", "The resource has no such method."),
        Refusal.Unavailable => (503, "unavailable", "What is stored here is damaged. Asking again does not help."),
        Refusal.LineFull => (409, "line-full", "The line is full."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "unknown refusal"),
    };
}
