using Orleans.Concurrency;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>
/// An endpoint of the merchant's systems, keyed by its id. It is sent every entry of every batch, at least once, and
/// what concerns one order or place in the ledger's order. Not-found: it was never made, or was removed.
/// </summary>
[Alias("OrleansSale.IWebhookGrain")]
public interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes it. A repeat answers the same; conflict if it was made with other terms or was changed since. It is sent
    /// what is entered from now on.
    /// </summary>
    /// <param name="terms">What it is; the address was checked.</param>
    /// <param name="secret">Its secret, as <c>whsec_…</c>; null: a new one.</param>
    [Alias("MakeAsync")]
    Task<Answer<MadeWebhook>> MakeAsync(WebhookTerms terms, string? secret);

    /// <summary>The endpoint.</summary>
    [Alias("GetAsync")]
    Task<Answer<WebhookView>> GetAsync();

    /// <summary>Changes it. One that is enabled again is sent what waits at once.</summary>
    /// <param name="terms">What it is; the address was checked.</param>
    /// <param name="isEnabled">Whether it is sent to.</param>
    [Alias("ChangeAsync")]
    Task<Answer<WebhookView>> ChangeAsync(WebhookTerms terms, bool isEnabled);

    /// <summary>Removes it with all that waits. Already so: it is not there.</summary>
    [Alias("RemoveAsync")]
    Task<Answer<Effect>> RemoveAsync();

    /// <summary>
    /// Adds a secret that signs from now on, once for each key; the former ones sign for a while too.
    /// </summary>
    /// <param name="secret">The secret, as <c>whsec_…</c>; null: a new one.</param>
    /// <param name="overlap">How long the former secrets still sign.</param>
    /// <param name="key">A hash of the operator and their Idempotency-Key.</param>
    [Alias("RotateAsync")]
    Task<Answer<MadeWebhook>> RotateAsync(string? secret, TimeSpan overlap, string key);

    /// <summary>Sends it a test request now, also if it is disabled; null as the error: it arrived.</summary>
    [AlwaysInterleave, Alias("TestAsync")]
    Task<Answer<WebhookResult>> TestAsync();

    /// <summary>The requests that wait and the last that were given up, by number.</summary>
    [Alias("ListDeliveriesAsync")]
    Task<Answer<WebhookDelivery[]>> ListDeliveriesAsync();

    /// <summary>Tries a request that waits or was given up again now, once for each key.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="key">A hash of the operator and their Idempotency-Key.</param>
    [Alias("RetryAsync")]
    Task<Answer<WebhookDelivery>> RetryAsync(long number, string key);

    /// <summary>
    /// Sends a part of a ledger again, once for each key; conflict if another part was asked for under this key, or too
    /// many replays are not done.
    /// </summary>
    /// <param name="batch">The batch, which exists.</param>
    /// <param name="from">Sequence of the first entry, 1 or more.</param>
    /// <param name="to">Sequence of the last entry.</param>
    /// <param name="key">A hash of the operator and their Idempotency-Key.</param>
    [Alias("ReplayAsync")]
    Task<Answer<WebhookReplay>> ReplayAsync(string batch, long from, long to, string key);

    /// <summary>
    /// Says that a batch was followed up to this entry. Nothing depends on it: what is not told is found by
    /// <see cref="WakeAsync"/>.
    /// </summary>
    [Alias("NoteAsync"), ResponseTimeout("00:00:05")]
    Task NoteAsync(string batch, long seq);

    /// <summary>Looks what is new and does what is due. False: there is no such endpoint.</summary>
    [Alias("WakeAsync")]
    Task<bool> WakeAsync();

    /// <summary>Its faults.</summary>
    [Alias("ListFaultsAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListFaultsAsync();
}

/// <summary>The endpoints: one actor, key <see cref="Key"/>. It wakes all of them now and then.</summary>
[Alias("OrleansSale.IWebhookIndexGrain")]
public interface IWebhookIndexGrain : IGrainWithStringKey
{
    /// <summary>Its only key.</summary>
    const string Key = "webhooks";

    /// <summary>Most endpoints.</summary>
    const int MaxEndpoints = 32;

    /// <summary>The fault of an address for an endpoint; null: it has none.</summary>
    [AlwaysInterleave, Alias("CheckAddressAsync"), ResponseTimeout("00:00:10")]
    Task<AddressFault?> CheckAddressAsync(string address);

    /// <summary>Notes durably that there is an endpoint. False: there are as many as there may be.</summary>
    [Alias("AddAsync")]
    Task<bool> AddAsync(string endpoint);

    /// <summary>Forgets an endpoint.</summary>
    [Alias("RemoveAsync")]
    Task RemoveAsync(string endpoint);

    /// <summary>All endpoints, the oldest first.</summary>
    [AlwaysInterleave, Alias("ListAsync"), ResponseTimeout("00:00:02")]
    Task<string[]> ListAsync();

    /// <summary>Wakes all; returns how many there are.</summary>
    [AlwaysInterleave, Alias("WakeAllAsync"), ResponseTimeout("00:10:00")]
    Task<int> WakeAllAsync();
}
