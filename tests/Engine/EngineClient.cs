using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// The HTTP contract, as a client of it. It never throws for what an engine may do: an answer that fails to come is one
/// too.
/// </summary>
/// <param name="address">Where the engine listens.</param>
/// <param name="answerWithin">How long an answer may take before it counts as none.</param>
public sealed class EngineClient(Uri address, TimeSpan answerWithin) : IDisposable
{
    /// <summary>The header for idempotency keys.</summary>
    public const string KeyHeader = "Idempotency-Key";

    private const string Json = "application/json";
    private const int PageSize = 1_000;

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = answerWithin };

    /// <summary>Creates a batch.</summary>
    public Task<EngineAnswer> CreateAsync(string operatorToken, BatchPlan plan) =>
        SendAsync(HttpMethod.Post, "/api/operator/batches", Bearer(operatorToken), plan.Body());

    /// <summary>Adds units to the stock.</summary>
    public Task<EngineAnswer> RestockAsync(string operatorToken, string batch, int units, string key) => SendAsync(
        HttpMethod.Post,
        $"/api/operator/batches/{batch}/restock",
        Bearer(operatorToken),
        new JsonObject { ["units"] = units, ["reason"] = "more came in" },
        key);

    /// <summary>The board.</summary>
    public Task<EngineAnswer> BoardAsync(string batch) => SendAsync(HttpMethod.Get, $"/api/batches/{batch}");

    /// <summary>Reserves; the answer has the ticket.</summary>
    public Task<EngineAnswer> ReserveAsync(string token, string batch) =>
        SendAsync(HttpMethod.Put, $"/api/batches/{batch}/reservation", Bearer(token));

    /// <summary>Cancels a reservation.</summary>
    public Task<EngineAnswer> UnreserveAsync(string token, string batch) =>
        SendAsync(HttpMethod.Delete, $"/api/batches/{batch}/reservation", Bearer(token));

    /// <summary>Buys with the ticket alone.</summary>
    public Task<EngineAnswer> BuyAsync(string batch, string ticket, string? key, int quantity = 1) => SendAsync(
        HttpMethod.Post,
        $"/api/batches/{batch}/orders",
        new AuthenticationHeaderValue("Ticket", ticket),
        new JsonObject { ["quantity"] = quantity },
        key);

    /// <summary>Reads an order.</summary>
    public Task<EngineAnswer> OrderAsync(string token, string order) =>
        SendAsync(HttpMethod.Get, $"/api/orders/{order}", Bearer(token));

    /// <summary>Cancels an order.</summary>
    public Task<EngineAnswer> CancelAsync(string token, string order) =>
        SendAsync(HttpMethod.Delete, $"/api/orders/{order}", Bearer(token));

    /// <summary>Opens the checkout of an order.</summary>
    public Task<EngineAnswer> CheckoutAsync(string token, string order) =>
        SendAsync(HttpMethod.Post, $"/api/orders/{order}/checkout", Bearer(token), new JsonObject());

    /// <summary>Pays at the sandbox's cashier.</summary>
    /// <param name="checkoutUrl">As the engine gave it; its last segment is the checkout.</param>
    public Task<EngineAnswer> PayAsync(string checkoutUrl) => SendAsync(
        HttpMethod.Post,
        $"/sandbox/checkouts/{checkoutUrl[(checkoutUrl.LastIndexOf('/') + 1)..]}",
        body: new JsonObject { ["outcome"] = "paid" });

    /// <summary>All payments the sandbox has captured.</summary>
    /// <exception cref="EngineException">It did not answer as it must.</exception>
    public async Task<IReadOnlyList<JsonElement>> PaymentsAsync(string apiKey)
    {
        var payments = new List<JsonElement>();
        while (true)
        {
            var after = payments.Count == 0 ? "" : $"&after={payments[^1].GetProperty("payment").GetString()}";
            var page = await SendAsync(HttpMethod.Get, $"/sandbox/payments?limit={PageSize}{after}", Bearer(apiKey));
            if (!page.Succeeded) throw new EngineException($"the sandbox's payments could not be read: {page}");
            var before = payments.Count;
            payments.AddRange(page.Body.GetProperty("items").EnumerateArray());
            if (payments.Count == before) return payments;
        }
    }

    /// <summary>The users who have a reservation, by the operator's list.</summary>
    /// <exception cref="EngineException">It did not answer as it must.</exception>
    public async Task<IReadOnlySet<string>> RosterAsync(string operatorToken, string batch)
    {
        var users = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var place = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
            var path = $"/api/operator/batches/{batch}/reservations?limit={PageSize}{place}";
            var page = await SendAsync(HttpMethod.Get, path, Bearer(operatorToken));
            if (!page.Succeeded) throw new EngineException($"the reservations could not be read: {page}");
            var before = users.Count;
            foreach (var item in page.Body.GetProperty("items").EnumerateArray())
                users.Add(after = item.GetProperty("user").GetString()!);
            if (users.Count == before) return users;
        }
    }

    /// <summary>The ledger's export, as it comes.</summary>
    /// <exception cref="HttpRequestException">It did not come.</exception>
    public async Task<Stream> LedgerAsync(string operatorToken, string batch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/operator/batches/{batch}/ledger");
        request.Headers.Authorization = Bearer(operatorToken);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStreamAsync();
    }

    /// <summary>The metrics in Prometheus' text format; empty if there are none.</summary>
    public async Task<string> MetricsAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/metrics", UriKind.Relative));
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : "";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    private async Task<EngineAnswer> SendAsync(
        HttpMethod method,
        string path,
        AuthenticationHeaderValue? credential = null,
        JsonNode? body = null,
        string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = credential;
        if (key is not null) request.Headers.Add(KeyHeader, key);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, Json);
        try
        {
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var type = answer.Content.Headers.ContentType?.MediaType ?? "";
            var isJson = type.EndsWith("json", StringComparison.Ordinal);
            return new EngineAnswer((int)answer.StatusCode, isJson ? JsonElement.Parse(text) : default);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return EngineAnswer.None;
        }
    }
}
