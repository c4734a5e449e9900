using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Platforms;
using OrleansSale.Tests.Platforms.Stripe;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// An engine with two platforms, by its settings alone. Users of Weibo log in and pay at the sandbox. Those of the club
/// sign in at an issuer and pay at Stripe, which are other sites than the shop.
/// </summary>
public sealed class TwoPlatformsStage : IAsyncLifetime
{
    private readonly ScratchFolder _data = new();
    private readonly EngineSecrets _secrets = EngineSecrets.Make();
    private EngineProcess? _engine;

    /// <summary>Where members of the club have their accounts.</summary>
    public OpenIdProvider Club { get; private set; } = null!;

    /// <summary>Where members of the club pay.</summary>
    public StripeDouble Stripe { get; private set; } = null!;

    /// <summary>What operators and other buyers do, over HTTP.</summary>
    public OtherPeople Others { get; private set; } = null!;

    /// <summary>Where the engine listens.</summary>
    public Uri Address => _engine!.Address;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Club = await OpenIdProvider.StartAsync($"http://localhost:{LoopbackPorts.Free()}");
        Stripe = await StripeDouble.StartAsync($"http://localhost:{LoopbackPorts.Free()}");
        var settings = Club.SettingsOf("club", "The Club", "俱乐部");
        settings["Channels:weibo:Name:en"] = "Weibo";
        settings["Channels:weibo:SignIn:Provider"] = "Sandbox";
        settings["Channels:weibo:Payments"] = "weibopay";
        settings["Channels:club:Payments"] = "stripe";
        settings["Payments:Providers:weibopay:Kind"] = "Protocol";
        settings["Payments:Providers:weibopay:ApiKey"] = _secrets.PaymentsApiKey;
        settings["Payments:Providers:weibopay:WebhookSecret"] = _secrets.WebhookSecret;
        settings["Payments:Providers:stripe:Kind"] = "Stripe";
        settings["Payments:Providers:stripe:ApiKey"] = StripeDouble.Key;
        settings["Payments:Providers:stripe:WebhookSecret"] = StripeEvent.Secret;
        settings["Payments:Providers:stripe:ApiBase"] = Stripe.Address.AbsoluteUri;
        _engine = await EngineProcess.StartAsync(new EngineOptions(_data.Path, Secrets: null) { Settings = settings });
        Stripe.Endpoint = new Uri(Address, "/api/payments/notifications/stripe");
        Others = new OtherPeople(Address);
        await SignInStage.WarmUpAsync(Address, "club");
    }

    /// <summary>A visitor with a browser profile of their own, who is this person at the club.</summary>
    public async Task<Visitor> VisitAsync(
        SaleStage stage, string person, string language = "en", int width = 390, string colors = "light")
    {
        var visitor = await Visitor.ComeAsync(stage.Browser, Address, language, width, colors);
        await visitor.Page.Context.AddCookiesAsync(
            [new() { Name = OpenIdProvider.PersonCookie, Value = person, Url = Club.Issuer.AbsoluteUri }]);
        return visitor;
    }

    /// <summary>
    /// Opens a checkout at Weibo's payments that is in somebody's name though the order is another's; its page.
    /// </summary>
    public async Task<string> CheckOutForAsync(string user, JsonElement order)
    {
        var body = new JsonObject
        {
            ["order"] = order.GetProperty("id").GetString(),
            ["user"] = user,
            ["description"] = "An order of somebody else",
            ["amount"] = JsonNode.Parse(order.GetProperty("amount").GetRawText()),
            ["expiresAt"] = order.GetProperty("payBy").GetString(),
        };
        using var http = new HttpClient();
        using var asked = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/sandbox/checkouts"));
        asked.Content = JsonContent.Create(body);
        asked.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _secrets.PaymentsApiKey);
        asked.Headers.Add(EngineClient.KeyHeader, $"of {user}");
        using var answer = await http.SendAsync(asked);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Others?.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
        if (Stripe is not null) await Stripe.DisposeAsync();
        if (Club is not null) await Club.DisposeAsync();
        _data.Dispose();
    }
}
