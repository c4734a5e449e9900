using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Operators.Webhooks;

/// <summary>A type of ledger entries, or a list of them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EntryTypesAttribute()
    : OneOrManyAttribute(1, WebhookTerms.MaxTypes, "a type of ledger entries: 1 to 40 of a-z and -")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) =>
        text.Length is >= 1 and <= 40 && text.All(c => c is (>= 'a' and <= 'z') or '-');
}

/// <summary>A secret of webhooks.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WebhookSecretAttribute() : GrammarAttribute(
    "^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$", "base64 of 24 to 64 bytes, with or without whsec_ before it")
{
    private const int MaxLength = 100;

    /// <inheritdoc/>
    protected override bool Fits(string text) =>
        text.Length <= MaxLength && WebhookSecrets.Parse(text) is [{ Length: <= 64 }];
}

/// <summary>An endpoint to make.</summary>
/// <param name="Url">
/// Where it takes requests: an https address that is public, without user and fragment, of at most 2,000 characters.
/// </param>
/// <param name="Description">A line for operators: at most 200 characters; left out: none.</param>
/// <param name="Types">The types of ledger entries that it is sent; left out: all.</param>
/// <param name="Secret">The secret that signs its requests; left out: a new one is made.</param>
public sealed record MakeWebhookBody(
    [property: Line(1, WebhookTerms.MaxAddressLength)] string Url,
    [property: Line(1, WebhookTerms.MaxDescriptionLength)] string? Description = null,
    [property: EntryTypes, JsonConverter(typeof(OneOrManyFormat))] string[]? Types = null,
    [property: WebhookSecret] string? Secret = null)
{
    internal WebhookTerms ToTerms() => new(Url, Description ?? "", Types ?? []);
}

/// <summary>An endpoint as it is to be. What is left out is taken away.</summary>
/// <param name="Url">Where it takes requests.</param>
/// <param name="Description">A line for operators.</param>
/// <param name="Types">The types of ledger entries that it is sent; left out: all.</param>
/// <param name="Enabled">Whether it is sent to; left out: it is.</param>
public sealed record ChangeWebhookBody(
    [property: Line(1, WebhookTerms.MaxAddressLength)] string Url,
    [property: Line(1, WebhookTerms.MaxDescriptionLength)] string? Description = null,
    [property: EntryTypes, JsonConverter(typeof(OneOrManyFormat))] string[]? Types = null,
    bool? Enabled = null)
{
    internal WebhookTerms ToTerms() => new(Url, Description ?? "", Types ?? []);
}

/// <summary>A secret to add.</summary>
/// <param name="Secret">The secret; left out: a new one is made.</param>
/// <param name="OverlapSeconds">How long the former secrets sign too: 0…604,800; left out: a day.</param>
public sealed record RotateSecretBody(
    [property: WebhookSecret] string? Secret = null,
    [property: WholeNumber(0, 604_800)] int? OverlapSeconds = null)
{
    internal TimeSpan Overlap => TimeSpan.FromSeconds(OverlapSeconds ?? 86_400);
}

/// <summary>A part of a ledger to send again.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="From">Sequence of the first entry: 1 or more.</param>
/// <param name="To">Sequence of the last entry; left out: the last one there is.</param>
public sealed record ReplayBody(
    [property: BatchId] string Batch, [property: WholeNumber(1, int.MaxValue)] int From,
    [property: WholeNumber(1, int.MaxValue)] int? To = null) : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (To < From) yield return new("must not be below from", [nameof(To)]);
    }
}

/// <summary>Why a try failed.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The HTTP status of the answer; left out: there was none.</param>
public sealed record WebhookErrorBody(
    [property: JsonConverter(typeof(KebabCase<WebhookErrorCode>))] WebhookErrorCode Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status)
{
    internal static WebhookErrorBody? Of(WebhookError? error) =>
        error is null ? null : new WebhookErrorBody(error.Code, error.Status);
}

/// <summary>A replay.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="From">Sequence of the first entry.</param>
/// <param name="To">Sequence of the last entry.</param>
/// <param name="Next">Sequence of the next entry that is to be read; above <c>to</c>: all were.</param>
public sealed record WebhookReplayBody(string Batch, long From, long To, long Next)
{
    internal static WebhookReplayBody Of(WebhookReplay replay) =>
        new(replay.Batch, replay.From, replay.To, replay.Next);
}

/// <summary>An endpoint.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where it takes requests.</param>
/// <param name="Description">A line for operators; left out: none.</param>
/// <param name="Types">The types of entries that it is sent; left out: all.</param>
/// <param name="State">
/// Whether it is sent to. Gone: it answered 410. Given-up: it took nothing for three days. Nothing is lost meanwhile.
/// </param>
/// <param name="Since">Since when.</param>
/// <param name="CreatedAt">When it was made: it is sent what was entered since.</param>
/// <param name="Secrets">How many secrets sign its requests now.</param>
/// <param name="Waiting">Events that wait, as far as they were read from the ledgers.</param>
/// <param name="Dead">Requests that were given up.</param>
/// <param name="FailingSince">Since when nothing arrives; left out: the last request arrived.</param>
/// <param name="LastError">What came of the last try since then; left out: it arrived.</param>
/// <param name="Replays">Replays that are not done.</param>
/// <param name="Secret">Its newest secret, only in the answer to the request that made it.</param>
public sealed record WebhookBody(
    string Id, string Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Types,
    [property: JsonConverter(typeof(KebabCase<WebhookState>))] WebhookState State, DateTimeOffset Since,
    DateTimeOffset CreatedAt, int Secrets, int Waiting, int Dead,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? FailingSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WebhookErrorBody? LastError,
    WebhookReplayBody[] Replays,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret)
{
    internal static WebhookBody Of(WebhookView view) => Of(view, secret: null);

    internal static WebhookBody Of(WebhookView view, string? secret) => new(
        view.Id, view.Terms.Address, view.Terms.Description.Length > 0 ? view.Terms.Description : null,
        view.Terms.Types.Length > 0 ? view.Terms.Types : null, view.State, view.Since, view.CreatedAt, view.Secrets,
        view.Waiting, view.Dead, view.FailingSince, WebhookErrorBody.Of(view.LastError),
        [.. view.Replays.Select(WebhookReplayBody.Of)], secret);
}

/// <summary>The endpoints.</summary>
/// <param name="Items">The oldest first.</param>
/// <param name="Damaged">Endpoints that are missing because their document is damaged; left out: none.</param>
public sealed record WebhookList(
    WebhookBody[] Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Damaged);

/// <summary>What came of a test.</summary>
/// <param name="Arrived">Whether the endpoint took it.</param>
/// <param name="Error">Why it did not; left out: it did.</param>
public sealed record WebhookTestBody(
    bool Arrived,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WebhookErrorBody? Error);

/// <summary>A request that waits or was given up.</summary>
/// <param name="Number">Its number.</param>
/// <param name="MessageId">Its <c>webhook-id</c>.</param>
/// <param name="Batch">The batch.</param>
/// <param name="First">Sequence of its first entry.</param>
/// <param name="Last">Sequence of its last entry.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Dead">Whether it was given up: only an operator tries it again.</param>
/// <param name="Tries">How many times it was tried.</param>
/// <param name="LastError">What came of the last try; left out: nothing failed.</param>
/// <param name="LastTry">When the last try began; left out: there was none.</param>
/// <param name="NextTry">When it is tried next at the earliest; left out: it is under way, or was given up.</param>
public sealed record WebhookDeliveryBody(
    long Number, string MessageId, string Batch, long First, long Last, int Events, bool Dead, int Tries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WebhookErrorBody? LastError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastTry,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? NextTry)
{
    internal static WebhookDeliveryBody Of(WebhookDelivery delivery) => new(
        delivery.Number, delivery.MessageId, delivery.Batch, delivery.First, delivery.Last, delivery.Events,
        delivery.IsDead, delivery.Tries, WebhookErrorBody.Of(delivery.LastError), delivery.LastTry, delivery.NextTry);
}

/// <summary>Requests of an endpoint.</summary>
/// <param name="Items">By number: those that wait, and the last 200 that were given up.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record WebhookDeliveryList(
    WebhookDeliveryBody[] Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Reads and writes the bodies of webhooks.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(MakeWebhookBody))]
[JsonSerializable(typeof(ChangeWebhookBody))]
[JsonSerializable(typeof(RotateSecretBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookList))]
[JsonSerializable(typeof(WebhookTestBody))]
[JsonSerializable(typeof(WebhookDeliveryList))]
[JsonSerializable(typeof(WebhookReplayBody))]
public sealed partial class WebhookJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static WebhookJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
