using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms.Protocol;

namespace OrleansSale.Tests.Api.Payments.Unreliable;

/// <summary>An order and what is to happen to it.</summary>
internal sealed record Placed(OrderStory Story, Provider Provider, string Batch, string User, string Order);

/// <summary>A provider of the engine's, for the users of one channel.</summary>
internal sealed record Provider(string Name, string Channel, byte[] Secret, ProtocolDouble Double, MishapDeck Deck)
{
    /// <summary>Does something at the provider, which may be dead for a while.</summary>
    public async Task<T> AtDeskAsync<T>(Func<ProtocolBooks, T> action)
    {
        T result = default!;
        await Eventually.HoldsAsync(() =>
        {
            if (Double.Books is not { } books) return false;
            try
            {
                result = action(books);
                return true;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }, $"{Name} starts again");
        return result;
    }
}

/// <summary>
/// A front whose users pay at two providers, which keep books of their own, and two batches of which everybody may buy.
/// </summary>
internal sealed class UnreliableSale(
    SaleFront front, ScratchFolder folder, IReadOnlyList<Provider> providers, IReadOnlyList<string> batches)
    : IAsyncDisposable
{
    private const string ApiKey = "key-of-the-merchant";

    /// <summary>A provider that dies with many calls under way is left alone for so long: the least there is.</summary>
    private static readonly TimeSpan BreakDuration = TimeSpan.FromMilliseconds(500);

    public SaleFront Front => front;

    public IReadOnlyList<Provider> Providers => providers;

    public IReadOnlyList<string> Batches => batches;

    public static async Task<UnreliableSale> StartAsync(Random random, int stock, int windowSeconds)
    {
        var folder = new ScratchFolder();
        var providers = new List<Provider>();
        foreach (var (name, channel) in ((string, string)[])[("alipay", "weibo"), ("paypal", "twitter")])
        {
            var (secret, deck) = (new byte[32], new MishapDeck(new Random(random.Next())));
            random.NextBytes(secret);
            var made = await ProtocolDouble.StartAsync(Path.Combine(folder.Path, name), ApiKey);
            made.Mishaps = deck.Draw;
            providers.Add(new Provider(name, channel, secret, made, deck));
        }

        var front = await SaleFront.StartAsync(new FrontPlan
        {
            HasSoleProvider = false,
            Channels = [.. providers.Select(provider => provider.Channel)],
            Settings = providers.SelectMany(SettingsOf).ToDictionary(),
            Services = services =>
            {
                foreach (var provider in providers)
                {
                    services.Configure<HttpStandardResilienceOptions>(
                        $"payment-provider-{provider.Name}-standard",
                        options => options.CircuitBreaker.BreakDuration = BreakDuration);
                }
            },
        });
        foreach (var provider in providers) provider.Double.Clock = front.Clock;
        var batches = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            batches.Add(await front.CreateAsync(stock: stock, windowSeconds: windowSeconds, change: terms =>
                terms["channel"] = new JsonArray([.. providers.Select(one => JsonValue.Create(one.Channel))])));
        }

        return new UnreliableSale(front, folder, providers, batches);
    }

    /// <summary>Posts a message as its provider does. If it is taken, it is delivered, as the provider notes.</summary>
    public async Task<Answer> DeliverAsync(Provider provider, ProtocolMessage message, byte[]? secret = null)
    {
        var answer = await front.Client.SendAsync(
            "POST", $"/api/payments/notifications/{provider.Name}", body: message.Body,
            headers: message.Headers(secret ?? provider.Secret, front.Clock.GetUtcNow()));
        if (answer.Status == 204 && secret is null) await DeliveredAsync(provider, message);
        return answer;
    }

    /// <summary>The provider does not send it again.</summary>
    public static Task DeliveredAsync(Provider provider, ProtocolMessage message) => provider.AtDeskAsync(books =>
    {
        books.Delivered(message.Id);
        return true;
    });

    /// <summary>What the ledgers say otherwise than the providers' own books; and the ledgers.</summary>
    public async Task<(IReadOnlyList<string> Findings, IReadOnlyList<AuditedSale> Sales)> AuditAsync()
    {
        var (sales, findings) = (new List<AuditedSale>(), new List<string>());
        foreach (var batch in batches) sales.Add(await front.AuditAsync(batch));
        foreach (var provider in providers)
        {
            var file = await provider.AtDeskAsync(books => books.MoneyFile);
            using var lines = File.OpenText(file);
            var statement = await ProviderStatement.ReadAsync(provider.Name, lines);
            findings.AddRange(StatementAudit.Compare(statement, sales).Kept.Select(one => one.Text));
        }

        return (findings, sales);
    }

    /// <summary>How many payments the providers captured.</summary>
    public async Task<int> CountCapturedAsync()
    {
        var count = 0;
        foreach (var provider in providers) count += await provider.AtDeskAsync(books => books.Captured);
        return count;
    }

    /// <summary>How many payments the ledgers have.</summary>
    public async Task<int> CountRecordedAsync()
    {
        var count = 0;
        foreach (var batch in batches) count += (await front.AuditAsync(batch)).Payments.Count;
        return count;
    }

    /// <summary>All that the engine owes still, in minor units of whatever currency.</summary>
    public async Task<long> OwedAsync()
    {
        var owed = 0L;
        foreach (var batch in batches)
        {
            var money = await front.Client.GetAsync($"/api/operator/batches/{batch}/money", front.Operator);
            foreach (var balance in JsonNode.Parse(money.Is(200).Text)!["balances"]!.AsArray())
                owed += (long)balance!["owed"]!;
        }

        return owed;
    }

    public async ValueTask DisposeAsync()
    {
        await front.DisposeAsync();
        foreach (var provider in providers) await provider.Double.DisposeAsync();
        folder.Dispose();
    }

    private static IEnumerable<KeyValuePair<string, string>> SettingsOf(Provider provider) =>
    [
        new($"Payments:Providers:{provider.Name}:Kind", "Protocol"),
        new($"Payments:Providers:{provider.Name}:ApiKey", ApiKey),
        new($"Payments:Providers:{provider.Name}:WebhookSecret", Convert.ToBase64String(provider.Secret)),
        new($"Payments:Providers:{provider.Name}:BaseAddress", provider.Double.Address.ToString()),
        new($"Channels:{provider.Channel}:Payments", provider.Name),
    ];
}
