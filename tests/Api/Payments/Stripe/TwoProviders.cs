using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Platforms.Stripe;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>
/// One engine with two platforms: the users of <c>weibo</c> pay at the sandbox, those of <c>twitter</c> at Stripe.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TwoProviders : ICollectionFixture<TwoProviders.Fixture>
{
    public const string Name = "one front with two payment providers";

    public sealed class Fixture : IAsyncLifetime
    {
        internal StripeDouble Stripe { get; private set; } = null!;

        internal SaleFront Front { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Stripe = await StripeDouble.StartAsync();
            var secrets = EngineSecrets.Make();
            Front = await SaleFront.StartAsync(new FrontPlan
            {
                Secrets = secrets,
                HasSoleProvider = false,
                Settings = SettingsOf(secrets, Stripe),
            });
            Stripe.Clock = Front.Clock;
        }

        public async ValueTask DisposeAsync()
        {
            await Front.DisposeAsync();
            await Stripe.DisposeAsync();
        }
    }

    internal static Dictionary<string, string> SettingsOf(EngineSecrets secrets, StripeDouble stripe) => new(
        ProvidersOf(secrets, stripe))
    {
        ["Channels:weibo:Payments"] = "weibopay",
        ["Channels:twitter:Payments"] = "stripe",
        [$"Channels:{new('c', 32)}:Payments"] = "stripe",
    };

    /// <summary>The sandbox as <c>weibopay</c>, and the double as <c>stripe</c>.</summary>
    internal static Dictionary<string, string> ProvidersOf(EngineSecrets secrets, StripeDouble stripe) => new()
    {
        ["Payments:Providers:weibopay:Kind"] = "Protocol",
        ["Payments:Providers:weibopay:ApiKey"] = secrets.PaymentsApiKey,
        ["Payments:Providers:weibopay:WebhookSecret"] = secrets.WebhookSecret,
        ["Payments:Providers:stripe:Kind"] = "Stripe",
        ["Payments:Providers:stripe:ApiKey"] = StripeDouble.Key,
        ["Payments:Providers:stripe:WebhookSecret"] = $"{StripeEvent.Secret} {StripeEvent.OlderSecret}",
        ["Payments:Providers:stripe:ApiBase"] = stripe.Address.ToString(),
    };

    /// <summary>A batch that the users of both platforms may buy.</summary>
    internal static Task<string> CreateForBothAsync(SaleFront front, int stock = 10, int windowSeconds = 900) =>
        front.CreateAsync(stock: stock, windowSeconds: windowSeconds,
            change: terms => terms["channel"] = new JsonArray("weibo", "twitter"));

    /// <summary>Delivers an event, signed now.</summary>
    internal static Task<Answer> TellAsync(SaleFront front, string type, JsonObject subject)
    {
        var now = front.Clock.GetUtcNow();
        return TellAsync(front, StripeEvent.Of(type, subject, now), now);
    }

    internal static Task<Answer> TellAsync(SaleFront front, string body, DateTimeOffset at, string? secret = null) =>
        front.Client.SendAsync(
            "POST", "/api/payments/notifications/stripe", body: body,
            headers: ("Stripe-Signature", StripeEvent.Sign(body, at, secret ?? StripeEvent.Secret)));
}
