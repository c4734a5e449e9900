using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Webhooks;

/// <summary>A secret of an endpoint, as stored.</summary>
/// <param name="Secret">The secret, as <c>whsec_…</c>.</param>
/// <param name="Until">When it signs no more; null: it is the newest.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.StoredSecret")]
public sealed record StoredSecret([property: Id(0)] string Secret, [property: Id(1)] DateTimeOffset? Until = null);

/// <summary>A replay, as stored.</summary>
/// <param name="Key">The key under which it was asked for.</param>
/// <param name="Replay">The replay.</param>
/// <param name="AskedTo">The last entry that was asked for, which may be above the end of the ledger.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.StoredReplay")]
public sealed record StoredReplay(
    [property: Id(0)] string Key, [property: Id(1)] WebhookReplay Replay, [property: Id(2)] long AskedTo);

/// <summary>
/// The document of an endpoint, and its rules. It knows no clock and no chance: both are given. The ledgers are its
/// queue: it has the requests that are next, and how far each ledger was read for them.
/// </summary>
/// <remarks>
/// The safety argument: how far a ledger was read is stored together with the requests that were made of it, and a
/// request is removed only after it has arrived, was given up, or its endpoint was removed. So whatever dies, every
/// event is sent at least once. Of the requests that share what they concern only the lowest is tried, and what a
/// ledger says later gets a higher number. So the events of an order or place arrive in the ledger's order, unless one
/// was given up or is asked for again.
/// </remarks>
[GenerateSerializer, Alias("OrleansSale.WebhookBook")]
public sealed partial class WebhookBook : IDocument
{
    /// <inheritdoc/>
    [Id(0), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>What it is; null: there is no such endpoint.</summary>
    [Id(1)] public WebhookTerms? Terms { get; set; }

    /// <summary>Whether it is sent to.</summary>
    [Id(2)] public WebhookState State { get; set; }

    /// <summary>Since when.</summary>
    [Id(3)] public DateTimeOffset Since { get; set; }

    /// <summary>When it was made.</summary>
    [Id(4)] public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Its secrets, the newest first.</summary>
    [Id(5)] public List<StoredSecret> Secrets { get; set; } = [];

    /// <summary>The key of the last rotation; null: there was none.</summary>
    [Id(6)] public string? RotationKey { get; set; }

    /// <summary>
    /// By batch, the last entry that was read for it. A batch that is not there is read from its beginning.
    /// </summary>
    [Id(7)] public Dictionary<string, long> Cursors { get; set; } = [];

    /// <summary>Number of the last request.</summary>
    [Id(8)] public long LastNumber { get; set; }

    /// <summary>Requests that wait, by number.</summary>
    [Id(9)] public List<WebhookRequest> Waiting { get; set; } = [];

    /// <summary>Requests that were given up, in that order.</summary>
    [Id(10)] public List<WebhookRequest> Dead { get; set; } = [];

    /// <summary>Replays, the oldest first; the last done ones included.</summary>
    [Id(11)] public List<StoredReplay> Replays { get; set; } = [];

    /// <summary>Nothing is sent before this instant, because the endpoint asked for it.</summary>
    [Id(12)] public DateTimeOffset NotBefore { get; set; }

    /// <summary>Since when nothing arrives; null: the last request arrived, or there was none.</summary>
    [Id(13)] public DateTimeOffset? FailingSince { get; set; }

    /// <summary>What came of the last try that failed since then.</summary>
    [Id(14)] public WebhookError? LastError { get; set; }

    /// <summary>Whether it is sent to.</summary>
    [JsonIgnore] public bool IsEnabled => Terms is not null && State == WebhookState.Enabled;

    /// <summary>Whether more may be read from the ledgers.</summary>
    [JsonIgnore] public bool HasRoom => Waiting.Count < WebhookRules.MaxWaiting;

    /// <summary>The replays that are not done.</summary>
    [JsonIgnore] public IEnumerable<StoredReplay> OpenReplays => Replays.Where(one => !IsDone(one));

    /// <summary>The secrets that sign at this instant.</summary>
    public IReadOnlyList<string> SecretsAt(DateTimeOffset now) =>
        [.. Secrets.Where(secret => secret.Until is not { } until || now < until).Select(secret => secret.Secret)];

    /// <summary>Makes the endpoint; it is sent what is entered after these cursors.</summary>
    public void Make(
        WebhookTerms terms, string secret, IReadOnlyDictionary<string, long> cursors, DateTimeOffset now)
    {
        (Terms, State, Since, CreatedAt) = (terms, WebhookState.Enabled, now, now);
        Secrets = [new StoredSecret(secret)];
        Cursors = new Dictionary<string, long>(cursors, StringComparer.Ordinal);
    }

    /// <summary>Changes the endpoint. What waits is begun anew, because it may be tried at another place.</summary>
    public void Change(WebhookTerms terms, bool isEnabled, DateTimeOffset now)
    {
        var state = isEnabled ? WebhookState.Enabled
            : IsEnabled ? WebhookState.Disabled
            : State;
        var isBegun = isEnabled && (!IsEnabled || terms.Address != Terms!.Address);
        if (state != State) Since = now;
        (Terms, State) = (terms, state);
        if (!isBegun) return;
        Waiting = [.. Waiting.Select(request => request.Again(now))];
        (NotBefore, FailingSince, LastError) = (now, null, null);
    }

    /// <summary>Adds a secret. The former ones sign until an instant, at most as many as may sign.</summary>
    public void Rotate(string secret, DateTimeOffset until, string key, DateTimeOffset now)
    {
        var former = Secrets.Where(old => old.Until is not { } end || now < end)
            .Select(old => old.Until < until ? old : old with { Until = until })
            .Where(old => now < old.Until).Take(WebhookRules.MaxSecrets - 1);
        Secrets = [new StoredSecret(secret), .. former];
        RotationKey = key;
    }

    /// <summary>Begins a replay, once for each key.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="from">Sequence of the first entry.</param>
    /// <param name="to">Sequence of the last entry.</param>
    /// <param name="head">Sequence of the last entry that there is.</param>
    /// <param name="key">The key.</param>
    public Answer<WebhookReplay> Replay(string batch, long from, long to, long head, string key)
    {
        if (Replays.Find(one => one.Key == key) is { } known)
        {
            return (known.Replay.Batch, known.Replay.From, known.AskedTo) == (batch, from, to) ? known.Replay
                : new Answer<WebhookReplay>(Refusal.Conflict, "another replay was asked for under this key");
        }
        if (from > head) return new(Refusal.Conflict, $"the ledger of {batch} has {head} entries");
        if (OpenReplays.Count() >= WebhookRules.MaxReplays)
            return new(Refusal.Conflict, $"{WebhookRules.MaxReplays} replays are not done, which is the most");
        if (Replays.Count >= 2 * WebhookRules.MaxReplays) Replays.Remove(Replays.First(IsDone));
        var replay = new WebhookReplay(batch, from, Math.Min(to, head), from);
        Replays.Add(new StoredReplay(key, replay, to));
        return replay;
    }

    /// <summary>
    /// The requests whose turn it is, by number. Those that share what they concern come one after the other.
    /// </summary>
    /// <param name="now">The instant.</param>
    /// <param name="underWay">The numbers of those that are being tried.</param>
    public IReadOnlyList<WebhookRequest> Due(DateTimeOffset now, IReadOnlyCollection<long> underWay)
    {
        if (!IsEnabled || now < NotBefore) return [];
        var (due, blocked) = (new List<WebhookRequest>(), new HashSet<(string, long)>());
        foreach (var request in Waiting)
        {
            if (due.Count + underWay.Count >= WebhookRules.MaxUnderWay) break;
            var isFree = !IsBlocked(request, blocked);
            if (isFree && request.NextTry <= now && !underWay.Contains(request.Number)) due.Add(request);
        }
        return due;
    }

    /// <summary>Notes what came of a try. The request after it, or null if it does not wait any more.</summary>
    /// <param name="number">The request.</param>
    /// <param name="began">When the try began.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="lot">A random number from 0 to 1.</param>
    public WebhookRequest? End(
        long number, DateTimeOffset began, WebhookResult result, DateTimeOffset now, double lot)
    {
        var index = Waiting.FindIndex(request => request.Number == number);
        if (index < 0) return null;
        if (result.Error is not { } error)
        {
            Waiting.RemoveAt(index);
            (FailingSince, LastError) = (null, null);
            return null;
        }
        var before = Waiting[index];
        var tried = before with
        {
            Tries = before.Tries + 1,
            TriesInARow = before.TriesInARow + 1,
            FirstTry = before.FirstTry ?? began,
            LastTry = began,
            LastError = error,
        };
        (FailingSince, LastError) = (FailingSince ?? began, error);
        var next = DeliveryRules.NextTry(tried.TriesInARow, tried.FirstTry!.Value, now, result.RetryAfter, lot);
        if (result.IsOverloaded && next is { } pause && pause > NotBefore) NotBefore = pause;
        if (error.Code == WebhookErrorCode.Gone) Disable(WebhookState.Gone, now);
        // If nothing at all has arrived meanwhile, the fault is the endpoint's, and the request waits for its repair.
        else if (next is null && FailingSince <= tried.FirstTry) Disable(WebhookState.GivenUp, now);
        else if (next is null)
        {
            Waiting.RemoveAt(index);
            Dead.Add(tried);
            if (Dead.Count > WebhookRules.MaxDead) Dead.RemoveAt(0);
            return null;
        }
        return Waiting[index] = tried with { NextTry = next ?? now };
    }

    /// <summary>Tries a request again now, because an operator says so; once for each key.</summary>
    public Answer<WebhookRequest> Retry(long number, string key, DateTimeOffset now, bool isUnderWay)
    {
        var waits = Waiting.FindIndex(request => request.Number == number);
        var dead = Dead.FindIndex(request => request.Number == number);
        if (waits < 0 && dead < 0)
            return new(Refusal.NotFound, "no such request waits or was given up lately");
        var request = waits >= 0 ? Waiting[waits] : Dead[dead];
        if (waits >= 0 && request.RetryKey == key) return request;
        if (isUnderWay) return new(Refusal.Conflict, "it is being sent now");
        if (!IsEnabled) return new(Refusal.Conflict, "the endpoint is not enabled");
        var again = request.Again(now) with { RetryKey = key };
        if (waits >= 0) return Waiting[waits] = again;
        Dead.RemoveAt(dead);
        // It keeps its number, so what waits for the same orders lets it pass first.
        Waiting.Insert(Waiting.TakeWhile(other => other.Number < number).Count(), again);
        return again;
    }

    /// <summary>The endpoint as operators see it.</summary>
    public WebhookView ToView(string id, DateTimeOffset now) => new(
        id, Terms!, State, Since, CreatedAt, SecretsAt(now).Count, Waiting.Sum(request => request.Seqs.Length),
        Dead.Count, FailingSince, LastError, [.. OpenReplays.Select(one => one.Replay)]);

    private void Disable(WebhookState state, DateTimeOffset now)
    {
        if (IsEnabled) (State, Since) = (state, now);
    }

    // Adds the request's own to what blocks those after it.
    private static bool IsBlocked(WebhookRequest request, HashSet<(string, long)> blocked)
    {
        var isBlocked = false;
        foreach (var key in request.Keys) isBlocked |= !blocked.Add((request.Batch, key));
        return isBlocked;
    }

    private static bool IsDone(StoredReplay one) => one.Replay.Next > one.Replay.To;
}
