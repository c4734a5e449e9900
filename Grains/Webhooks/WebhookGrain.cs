using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Webhooks;

/// <summary>
/// The actor of an endpoint. It is not reentrant: one call or tick at a time. Tries run beside the calls. The events of
/// a try are read when it begins; only their sequences are stored.
/// </summary>
public sealed partial class WebhookGrain(
    IOrderIndex index, IWebhookSender sender, [PersistentState("webhook")] IPersistentState<WebhookBook> stored,
    WebhookWatch watch, TimeProvider timeProvider, ILogger<WebhookGrain> log)
    : Grain, IWebhookGrain
{
    /// <summary>The period of the timer.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private const int SecretBytes = 32;

    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all of this process: when storage fails, many fail together.
    private static readonly Outage Ticking = new("webhooks"), Reading = new("webhooks-reading");

    private readonly Dictionary<long, DateTimeOffset> _underWay = [];
    private readonly Queue<(long Number, WebhookResult Result)> _ended = new();
    private EventComposer _composer = null!;
    private bool _isChanged;
    private bool _isAbandoned;

    private string Id => this.GetPrimaryKeyString();

    // After a failed write the state in memory differs from the stored one: nothing follows from it any more.
    private WebhookBook Book => stored.State.IsDamaged
            ? throw new StorageDamagedException($"the webhook {Id} cannot be read")
        : _isAbandoned ? throw new SaleUnavailableException($"the webhook {Id} deactivates")
        : stored.State;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _composer = new EventComposer(index, GrainFactory);
        // A damaged document is never replaced: it knows what is to be sent.
        if (stored.State.IsDamaged) Log.Damaged(log, Id);
        else this.RegisterGrainTimer(_ => TickAsync(), new GrainTimerCreationOptions(Period, Period));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Answer<MadeWebhook>> MakeAsync(WebhookTerms terms, string? secret)
    {
        if (Book.Terms is { } known)
        {
            return known.IsLike(terms) && (secret is null || Book.Secrets.Exists(one => one.Secret == secret))
                ? new MadeWebhook(View(), Book.Secrets[0].Secret, IsNew: false)
                : new Answer<MadeWebhook>(
                    Refusal.Conflict, "another webhook was made under this key, or it was changed since");
        }
        // It is listed first, so that a start finds it.
        if (!await GrainFactory.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).AddAsync(Id))
            return new(Refusal.Conflict, $"there are {IWebhookIndexGrain.MaxEndpoints} webhooks, which is the most");
        _heads = (await index.ListMarksAsync()).ToDictionary(StringComparer.Ordinal);
        Book.Make(terms, secret ?? NewSecret(), _heads, Now());
        await WriteAsync();
        return new MadeWebhook(View(), Book.Secrets[0].Secret, IsNew: true);
    }

    /// <inheritdoc />
    public Task<Answer<WebhookView>> GetAsync() =>
        Task.FromResult(Book.Terms is null ? Refusal.NotFound : new Answer<WebhookView>(View()));

    /// <inheritdoc />
    public async Task<Answer<WebhookView>> ChangeAsync(WebhookTerms terms, bool isEnabled)
    {
        if (Book.Terms is null) return Refusal.NotFound;
        Book.Change(terms, isEnabled, Now());
        await WriteAsync();
        await TickAsync();
        return View();
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> RemoveAsync()
    {
        var isThere = Book.Terms is not null;
        if (isThere)
        {
            try
            {
                await stored.ClearStateAsync();
            }
            catch (Exception)
            {
                Abandon();
                throw;
            }
        }
        await GrainFactory.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).RemoveAsync(Id);
        Abandon();
        return isThere ? Effect.Done : Effect.AlreadySo;
    }

    /// <inheritdoc />
    public async Task<Answer<MadeWebhook>> RotateAsync(string? secret, TimeSpan overlap, string key)
    {
        if (Book.Terms is null) return Refusal.NotFound;
        if (Book.RotationKey == key)
        {
            return secret is null || secret == Book.Secrets[0].Secret
                ? new MadeWebhook(View(), Book.Secrets[0].Secret, IsNew: false)
                : new Answer<MadeWebhook>(Refusal.Conflict, "another secret was given under this key");
        }
        var now = Now();
        Book.Rotate(secret ?? NewSecret(), now + overlap, key, now);
        await WriteAsync();
        return new MadeWebhook(View(), Book.Secrets[0].Secret, IsNew: true);
    }

    /// <inheritdoc />
    public async Task<Answer<WebhookResult>> TestAsync()
    {
        if (Book.Terms is not { } terms) return Refusal.NotFound;
        var now = Now();
        return await sender.SendAsync(new WebhookPost(
            new Uri(terms.Address), Book.SecretsAt(now), $"msg_test_{Guid.CreateVersion7():N}",
            WebhookRules.TestBodyOf(Id, now)));
    }

    /// <inheritdoc />
    public Task<Answer<WebhookDelivery[]>> ListDeliveriesAsync() => Task.FromResult(
        Book.Terms is null ? Refusal.NotFound : new Answer<WebhookDelivery[]>(
        [
            .. Book.Waiting.Select(request => ViewOf(request, isDead: false))
                .Concat(Book.Dead.Select(request => ViewOf(request, isDead: true)))
                .OrderBy(delivery => delivery.Number),
        ]));

    /// <inheritdoc />
    public async Task<Answer<WebhookDelivery>> RetryAsync(long number, string key)
    {
        if (Book.Terms is null) return Refusal.NotFound;
        var answer = Book.Retry(number, key, Now(), _underWay.ContainsKey(number));
        if (answer.Value is not { } request) return new(answer.Refused!.Value, answer.Detail);
        await WriteAsync();
        await TickAsync();
        return ViewOf(request, isDead: false);
    }

    /// <inheritdoc />
    public async Task<Answer<WebhookReplay>> ReplayAsync(string batch, long from, long to, string key)
    {
        if (Book.Terms is null) return Refusal.NotFound;
        var mark = await index.ReadMarkAsync(batch);
        var answer = Book.Replay(batch, from, to, mark.Seq, key);
        if (answer.Refused is not null) return answer;
        await WriteAsync();
        await TickAsync();
        return answer;
    }

    /// <inheritdoc />
    public Task<Fault[]> ListFaultsAsync() =>
        Task.FromResult(Book.Terms is null ? [] : WebhookWatch.FaultsOf(Id, Book, Now()));

    private WebhookView View() => Book.ToView(Id, Now());

    private WebhookDelivery ViewOf(WebhookRequest request, bool isDead) => new(
        request.Number, WebhookRules.IdOf(Id, request), request.Batch, request.Seqs[0], request.Seqs[^1],
        request.Seqs.Length, isDead, request.Tries, request.LastError, request.LastTry,
        isDead || _underWay.ContainsKey(request.Number) ? null : request.NextTry);

    private static string NewSecret() =>
        "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    private async Task WriteAsync()
    {
        try
        {
            await stored.WriteStateAsync();
            _isChanged = false;
        }
        catch (Exception)
        {
            Abandon();
            throw;
        }
    }

    private void Abandon()
    {
        _isAbandoned = true;
        DeactivateOnIdle();
    }

    // Has the precision of the wire.
    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The webhook {Endpoint} cannot be read: nothing is sent until the document is restored")]
        public static partial void Damaged(ILogger log, string endpoint);

        [LoggerMessage(2, LogLevel.Warning,
            "The webhook {Endpoint} does not go on now; it is retried, and others are only counted: {Reason}")]
        public static partial void Stuck(ILogger log, string endpoint, string reason);

        [LoggerMessage(3, LogLevel.Information, "Webhooks go on, after {Failures} failures")]
        public static partial void GoesOn(ILogger log, int failures);

        [LoggerMessage(4, LogLevel.Warning,
            "The ledger of batch {Batch} cannot be read for webhooks; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void NotRead(ILogger log, string batch, string reason);

        [LoggerMessage(5, LogLevel.Information, "Ledgers can be read for webhooks again, after {Failures} failures")]
        public static partial void Reads(ILogger log, int failures);
    }
}
