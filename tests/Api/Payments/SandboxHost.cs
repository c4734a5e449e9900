using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSale.Api.Sandbox;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>
/// The sandbox alone on a port of its own; the same data directory again is the same company after a restart.
/// </summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    public const string ApiKey = "test-api-key";
    public static readonly byte[] Secret = Encoding.ASCII.GetBytes("the webhook secret of the tests.");
    public static readonly DateTimeOffset InAnHour = DateTimeOffset.UtcNow.AddHours(1);

    private readonly WebApplication _app;

    private SandboxHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static async Task<SandboxHost> StartAsync(
        string dataDirectory, Uri? receiver, Action<SandboxOptions>? change = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSandbox((options, _) =>
        {
            options.DataDirectory = dataDirectory;
            options.ApiKey = ApiKey;
            options.WebhookSecrets = [Secret];
            options.NotificationAddress = receiver;
            change?.Invoke(options);
        });
        var app = builder.Build();
        app.MapSandbox();
        await app.StartAsync();
        var sandbox = new SandboxHost(app);
        // The platform's log-in; its cookie is kept by the client.
        using var form = new FormUrlEncodedContent([new("as", "alice")]);
        using var loggedIn = await sandbox.Client.PostAsync("/sandbox/platform/login", form);
        loggedIn.EnsureSuccessStatusCode();
        return sandbox;
    }

    public async Task<HttpResponseMessage> MerchantAsync(
        HttpMethod method,
        string path,
        JsonObject? body = null,
        string? key = null,
        string credential = $"Bearer {ApiKey}")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (credential.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", credential);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }

    public async Task<string> CheckoutAsync(string order, DateTimeOffset? expiresAt = null)
    {
        using var response = await MerchantAsync(HttpMethod.Post, "/sandbox/checkouts", Terms(order, expiresAt), order);
        response.EnsureSuccessStatusCode();
        return (string)(await BodyAsync(response))["id"]!;
    }

    public Task<HttpResponseMessage> DecideAsync(string checkout, string outcome) =>
        Client.PostAsJsonAsync($"/sandbox/checkouts/{checkout}", new { outcome });

    /// <summary>Sends a body as it is, the way no page of ours would.</summary>
    public async Task<HttpResponseMessage> DecideRawAsync(string checkout, string body, string mediaType)
    {
        using var content = new StringContent(body, Encoding.UTF8, mediaType);
        return await Client.PostAsync($"/sandbox/checkouts/{checkout}", content);
    }

    public Task<string> PageAsync(string checkout, string query = "") =>
        Client.GetStringAsync($"/sandbox/checkouts/{checkout}{query}");

    public async Task<JsonObject> PayAsync(string checkout)
    {
        using var response = await DecideAsync(checkout, "paid");
        response.EnsureSuccessStatusCode();
        return await BodyAsync(response);
    }

    public Task<HttpResponseMessage> RefundAsync(string payment, string order, long amount = 199_900) => MerchantAsync(
        HttpMethod.Post,
        "/sandbox/refunds",
        new JsonObject { ["payment"] = payment, ["order"] = order, ["amount"] = Amount(amount) },
        payment);

    public async Task<JsonArray> PaymentsAsync(string query = "")
    {
        using var response = await MerchantAsync(HttpMethod.Get, "/sandbox/payments" + query);
        response.EnsureSuccessStatusCode();
        return (await BodyAsync(response))["items"]!.AsArray();
    }

    public static JsonObject Terms(string order, DateTimeOffset? expiresAt = null) => new()
    {
        ["order"] = order,
        ["user"] = "weibo:alice",
        ["description"] = "Xiaomi Mi2 16 GB",
        ["amount"] = Amount(199_900),
        ["expiresAt"] = (expiresAt ?? InAnHour).ToString("o"),
        ["returnUrl"] = "http://shop.test/sale/mi2-1",
    };

    public static JsonObject Amount(long amount) => new() { ["amount"] = amount, ["currency"] = "CNY" };

    public static async Task<JsonObject> BodyAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
