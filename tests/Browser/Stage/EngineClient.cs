using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>A batch to be put on sale: who, how many, when.</summary>
/// <param name="OpensIn">From now to the opening, which ends the reservations.</param>
public sealed record Sale(TimeSpan OpensIn)
{
    /// <summary>Soon enough to wait for, late enough to reserve over the API before.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>Late enough to sign in and reserve on the page before, on a busy machine.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>Not during the test.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    /// <summary>Units.</summary>
    public int Stock { get; init; } = 100;

    /// <summary>Units per person.</summary>
    public int PerUserLimit { get; init; } = 1;

    /// <summary>Seconds to pay.</summary>
    public int PaymentWindowSeconds { get; init; } = 900;
}

/// <summary>The operator and the other buyers, who use the API and no browser.</summary>
public sealed class EngineClient(Uri address) : IDisposable
{
    private static int _batches;
    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>Where the engine listens.</summary>
    public Uri Address => address;

    /// <summary>Creates a batch of its own id, with reservations of these users of Weibo, and returns the id.</summary>
    public async Task<string> CreateAsync(Sale sale, params string[] users)
    {
        var boss = await TokenAsync("ops", "boss", "operator");
        var tokens = await Task.WhenAll(users.Select(user => TokenAsync("weibo", user)));
        var id = $"browser-{Interlocked.Increment(ref _batches)}";
        var now = DateTimeOffset.UtcNow;
        var opens = now + sale.OpensIn;
        var batch = new
        {
            id,
            product = new { id = "mi2", name = "Xiaomi Mi2 16 GB", price = new { amount = 199_900, currency = "CNY" } },
            channel = "weibo",
            stock = sale.Stock,
            perUserLimit = sale.PerUserLimit,
            paymentWindowSeconds = sale.PaymentWindowSeconds,
            schedule = new
            {
                reservationOpens = now - TimeSpan.FromMinutes(5),
                reservationCloses = opens,
                saleOpens = opens,
                saleCloses = opens + TimeSpan.FromHours(1),
            },
        };
        await SendAsync(HttpMethod.Post, "/api/operator/batches", boss, batch);
        await Task.WhenAll(tokens.Select(token => SendAsync(HttpMethod.Put, $"/api/batches/{id}/reservation", token)));
        return id;
    }

    /// <summary>Pauses, resumes or closes a batch.</summary>
    public async Task OperateAsync(string batch, string deed) =>
        await SendAsync(HttpMethod.Post, $"/api/operator/batches/{batch}/{deed}",
            await TokenAsync("ops", "boss", "operator"), new { reason = "test" });

    /// <summary>Buys for a user of Weibo who has reserved, and returns the order's id.</summary>
    public async Task<string> BuyAsync(string batch, string user)
    {
        var order = await SendAsync(
            HttpMethod.Post, $"/api/batches/{batch}/orders", await TokenAsync("weibo", user), new { quantity = 1 });
        return order.GetProperty("id").GetString()!;
    }

    /// <summary>Cancels an order of a user of Weibo.</summary>
    public async Task CancelAsync(string order, string user) =>
        await SendAsync(HttpMethod.Delete, $"/api/orders/{order}", await TokenAsync("weibo", user));

    /// <summary>The orders that a user of Weibo has from a batch, as the API tells them.</summary>
    public async Task<JsonElement[]> OrdersAsync(string batch, string user)
    {
        var orders = await SendAsync(HttpMethod.Get, $"/api/me/orders?batch={batch}", await TokenAsync("weibo", user));
        return [.. orders.GetProperty("items").EnumerateArray()];
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    /// <summary>Reserves and cancels in turn.</summary>
    public async Task ChangeReservationAsync(string batch, string user, int times)
    {
        var token = await TokenAsync("weibo", user);
        for (var i = 0; i < times; i++)
            await SendAsync(i % 2 == 0 ? HttpMethod.Put : HttpMethod.Delete, $"/api/batches/{batch}/reservation", token);
    }

    private async Task<string> TokenAsync(string channel, string user, params string[] roles)
    {
        var answer = await SendAsync(HttpMethod.Post, "/dev/tokens", null, new { user, channel, roles });
        return answer.GetProperty("token").GetString()!;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? token, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
    }
}
