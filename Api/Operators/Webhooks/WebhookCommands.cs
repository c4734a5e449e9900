using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Operators.Webhooks;

/// <summary>Makes, changes and removes webhooks, and looks after their deliveries.</summary>
public sealed partial class WebhookCommands(
    CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, ILogger<WebhookCommands> log)
{
    private IWebhookIndexGrain Index => grains.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key);

    /// <summary>The fault of an address; null: it has none.</summary>
    public Task<AddressFault?> CheckAsync(string address) => retry.AskAsync(() => Index.CheckAddressAsync(address));

    /// <summary>Makes one, once for each key: its id follows from the operator and their key.</summary>
    /// <param name="terms">What it is; the address was checked.</param>
    /// <param name="secret">Its secret; null: a new one.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<MadeWebhook>> MakeAsync(WebhookTerms terms, string? secret, string by, string? key)
    {
        var id = $"wh-{OperatorKey.HashOf(by, key)}";
        var answer = await retry.AskAsync(() => grains.GetGrain<IWebhookGrain>(id).MakeAsync(terms, secret));
        if (answer.Value is { IsNew: true }) Log.Made(log, id, by);
        return answer;
    }

    /// <summary>All of them, and the ids of those that cannot be read.</summary>
    public async Task<(IReadOnlyList<WebhookView> Webhooks, IReadOnlyList<string> Damaged)> ListAsync()
    {
        var (found, damaged) = (new List<WebhookView>(), new List<string>());
        foreach (var id in await retry.AskAsync(Index.ListAsync))
        {
            try
            {
                var answer = await retry.AskAsync(grains.GetGrain<IWebhookGrain>(id).GetAsync);
                if (answer.Value is { } view) found.Add(view);
            }
            catch (StorageDamagedException)
            {
                damaged.Add(id);
            }
        }
        return (found, damaged);
    }

    /// <summary>Asks one for something; not-found if there is none of this id. Made-up ids activate nothing.</summary>
    public async Task<Answer<T>> AskAsync<T>(string id, Func<IWebhookGrain, Task<Answer<T>>> ask) =>
        (await retry.AskAsync(Index.ListAsync)).Contains(id, StringComparer.Ordinal)
            ? await retry.AskAsync(() => ask(grains.GetGrain<IWebhookGrain>(id)))
            : Refusal.NotFound;

    /// <summary>Changes one.</summary>
    public async Task<Answer<WebhookView>> ChangeAsync(string id, WebhookTerms terms, bool isEnabled, string by)
    {
        var answer = await AskAsync(id, webhook => webhook.ChangeAsync(terms, isEnabled));
        if (answer.Refused is null) Log.Changed(log, id, by);
        return answer;
    }

    /// <summary>Removes one.</summary>
    public async Task<Answer<Effect>> RemoveAsync(string id, string by)
    {
        var answer = await AskAsync(id, webhook => webhook.RemoveAsync());
        if (answer.Value == Effect.Done) Log.Removed(log, id, by);
        return answer;
    }

    /// <summary>Sends a part of a ledger again; not-found if there is no such batch or webhook.</summary>
    public async Task<Answer<WebhookReplay>> ReplayAsync(
        string id, string batch, long from, long to, string by, string? key)
    {
        if (await catalogue.FindAsync(batch) is null) return new(Refusal.NotFound, "there is no such batch");
        var hash = OperatorKey.HashOf(by, key);
        return await AskAsync(id, webhook => webhook.ReplayAsync(batch, from, to, hash));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The webhook {Endpoint} was made by {Operator}")]
        public static partial void Made(ILogger log, string endpoint, string @operator);

        [LoggerMessage(2, LogLevel.Information, "The webhook {Endpoint} was changed by {Operator}")]
        public static partial void Changed(ILogger log, string endpoint, string @operator);

        [LoggerMessage(3, LogLevel.Information, "The webhook {Endpoint} was removed by {Operator}")]
        public static partial void Removed(ILogger log, string endpoint, string @operator);
    }
}
