namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>A fault of an endpoint's address: a closed set.</summary>
public enum AddressFault
{
    /// <summary>It is no absolute http(s) address, or has a user, a password or a fragment.</summary>
    Malformed = 1,

    /// <summary>It is not https.</summary>
    Insecure,

    /// <summary>It is, or its name leads to, an address that is not public.</summary>
    PrivateAddress,

    /// <summary>It is this engine's own address.</summary>
    OwnAddress,
}

/// <summary>Why a try failed: a closed set; the names on the wire are kebab-case.</summary>
public enum WebhookErrorCode
{
    /// <summary>The answer was another status than 2xx, 3xx or 410.</summary>
    Answered = 1,

    /// <summary>The answer was a redirect, which is not followed.</summary>
    Redirected,

    /// <summary>The answer was 410: the endpoint is gone.</summary>
    Gone,

    /// <summary>The name leads to no address that may be sent to.</summary>
    AddressRefused,

    /// <summary>No connection could be made.</summary>
    NotReached,

    /// <summary>There was no answer in time.</summary>
    TimedOut,

    /// <summary>The connection broke before the answer.</summary>
    BrokenOff,

    /// <summary>The events could not be read from the engine's own storage.</summary>
    NotRead,
}

/// <summary>Why a try failed.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The status of the answer; null: there was none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookError")]
public sealed record WebhookError([property: Id(0)] WebhookErrorCode Code, [property: Id(1)] int? Status = null);

/// <summary>What came of a try.</summary>
/// <param name="Error">Why it failed; null: it arrived.</param>
/// <param name="RetryAfter">How long the endpoint asks to be left alone; null: it does not.</param>
/// <param name="IsOverloaded">Whether the endpoint says that it is sent too much.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookResult")]
public sealed record WebhookResult(
    [property: Id(0)] WebhookError? Error, [property: Id(1)] TimeSpan? RetryAfter = null,
    [property: Id(2)] bool IsOverloaded = false)
{
    /// <summary>It arrived.</summary>
    public static WebhookResult Arrived { get; } = new(Error: null);
}

/// <summary>A request to an endpoint.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Secrets">The secrets that sign it: one or more, as <c>whsec_…</c>, the newest first.</param>
/// <param name="MessageId">The same for every try.</param>
/// <param name="Body">The body: JSON in UTF-8.</param>
public sealed record WebhookPost(Uri Address, IReadOnlyList<string> Secrets, string MessageId, byte[] Body);

/// <summary>Sends requests to endpoints.</summary>
public interface IWebhookSender
{
    /// <summary>
    /// The fault of an address; null: it has none. A name that leads nowhere now is no fault: every try looks again.
    /// </summary>
    Task<AddressFault?> CheckAsync(string address);

    /// <summary>Tries once. It never throws: what came of it is the result.</summary>
    Task<WebhookResult> SendAsync(WebhookPost post, CancellationToken cancellationToken = default);
}
