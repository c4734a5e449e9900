namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>
/// Whether an endpoint is sent to: a closed set; the names on the wire are kebab-case. Nothing is lost while it is not:
/// the ledgers keep what is to be sent.
/// </summary>
public enum WebhookState
{
    /// <summary>It is sent to.</summary>
    Enabled = 1,

    /// <summary>An operator has disabled it.</summary>
    Disabled,

    /// <summary>It answered 410, so it is not sent to any more.</summary>
    Gone,

    /// <summary>It took nothing for three days.</summary>
    GivenUp,
}

/// <summary>An endpoint to be made, or as it is to be.</summary>
/// <param name="Address">Where it takes requests.</param>
/// <param name="Description">A text for operators; empty: none.</param>
/// <param name="Types">The types of entries that it is sent; empty: all.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookTerms")]
public sealed record WebhookTerms(
    [property: Id(0)] string Address, [property: Id(1)] string Description, [property: Id(2)] string[] Types)
{
    /// <summary>Longest address, in characters.</summary>
    public const int MaxAddressLength = 2_000;

    /// <summary>Longest description, in characters.</summary>
    public const int MaxDescriptionLength = 200;

    /// <summary>Most types that can be named.</summary>
    public const int MaxTypes = 50;

    /// <summary>Whether both say the same.</summary>
    public bool IsLike(WebhookTerms other) =>
        Address == other.Address && Description == other.Description && Types.AsSpan().SequenceEqual(other.Types);
}

/// <summary>An endpoint as operators see it. The secrets are not shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Terms">What it is.</param>
/// <param name="State">Whether it is sent to.</param>
/// <param name="Since">Since when.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Secrets">How many secrets sign its requests now.</param>
/// <param name="Waiting">Events that wait, as far as they were read from the ledgers.</param>
/// <param name="Dead">Deliveries that were given up.</param>
/// <param name="FailingSince">Since when nothing arrives; null: the last request arrived, or there was none.</param>
/// <param name="LastError">What came of the last try that failed since then; null: none.</param>
/// <param name="Replays">Replays that are not done.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookView")]
public sealed record WebhookView(
    [property: Id(0)] string Id, [property: Id(1)] WebhookTerms Terms, [property: Id(2)] WebhookState State,
    [property: Id(3)] DateTimeOffset Since, [property: Id(4)] DateTimeOffset CreatedAt, [property: Id(5)] int Secrets,
    [property: Id(6)] int Waiting, [property: Id(7)] int Dead, [property: Id(8)] DateTimeOffset? FailingSince,
    [property: Id(9)] WebhookError? LastError, [property: Id(10)] WebhookReplay[] Replays);

/// <summary>A part of a ledger that is sent again.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="From">Sequence of the first entry.</param>
/// <param name="To">Sequence of the last entry.</param>
/// <param name="Next">Sequence of the next entry that is to be read; above <paramref name="To"/>: all were.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookReplay")]
public sealed record WebhookReplay(
    [property: Id(0)] string Batch, [property: Id(1)] long From, [property: Id(2)] long To,
    [property: Id(3)] long Next);

/// <summary>A request of an endpoint that waits or was given up, as operators see it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="MessageId">Its <c>webhook-id</c>.</param>
/// <param name="Batch">The batch.</param>
/// <param name="First">Sequence of its first entry.</param>
/// <param name="Last">Sequence of its last entry.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="IsDead">Whether it was given up: only an operator tries it again.</param>
/// <param name="Tries">How many times it was tried.</param>
/// <param name="LastError">What came of the last try; null: nothing failed.</param>
/// <param name="LastTry">When the last try began; null: there was none.</param>
/// <param name="NextTry">When it is tried next at the earliest; null: not by itself.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookDelivery")]
public sealed record WebhookDelivery(
    [property: Id(0)] long Number, [property: Id(1)] string MessageId, [property: Id(2)] string Batch,
    [property: Id(3)] long First, [property: Id(4)] long Last, [property: Id(5)] int Events,
    [property: Id(6)] bool IsDead, [property: Id(7)] int Tries, [property: Id(8)] WebhookError? LastError,
    [property: Id(9)] DateTimeOffset? LastTry, [property: Id(10)] DateTimeOffset? NextTry);

/// <summary>An endpoint with a secret that is shown now and never again.</summary>
/// <param name="Webhook">The endpoint.</param>
/// <param name="Secret">The secret, as <c>whsec_…</c>.</param>
/// <param name="IsNew">Whether this call has made it; else an earlier one under the same key.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MadeWebhook")]
public sealed record MadeWebhook(
    [property: Id(0)] WebhookView Webhook, [property: Id(1)] string Secret, [property: Id(2)] bool IsNew);
