using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// The HTTP contract, as a client of it. It never throws for what an engine may do: an answer that fails to come is one
/// too.
/// </summary>
public sealed class EngineClient : IDisposable
{
    /// <summary>The header for idempotency keys.</summary>
    public const string KeyHeader = "Idempotency-Key";

    private const int PageSize = 1_000;

    private readonly Fronts _fronts;
    private readonly Fronts _cashier;

    /// <summary>A client of an engine with one front, which has the sandbox too.</summary>
    /// <param name="address">Where the engine listens.</param>
    /// <param name="answerWithin">How long an answer may take before it counts as none.</param>
    public EngineClient(Uri address, TimeSpan answerWithin)
        : this([address], address, answerWithin, patience: TimeSpan.Zero)
    {
    }

    /// <summary>
    /// A client of an engine with several fronts. A refused or closed connection sends it on to the next one with the
    /// same request, and there it stays.
    /// </summary>
    /// <param name="fronts">Where they listen; it starts with the first.</param>
    /// <param name="cashier">The front that has the sandbox.</param>
    /// <param name="answerWithin">How long an answer may take before it counts as none.</param>
    /// <param name="patience">
    /// For how long a request is sent again after a 503, when its Retry-After has passed, or while no front is there;
    /// 0: not at all.
    /// </param>
    public EngineClient(IReadOnlyList<Uri> fronts, Uri cashier, TimeSpan answerWithin, TimeSpan patience)
    {
        _fronts = new Fronts(fronts, answerWithin) { Patience = patience };
        _cashier = new Fronts([cashier], answerWithin);
    }

    /// <summary>The longest that the engine took for a single answer.</summary>
    public TimeSpan LongestAnswer => _fronts.LongestAnswer;

    /// <summary>Creates a batch.</summary>
    public Task<EngineAnswer> CreateAsync(string operatorToken, BatchPlan plan) =>
        SendAsync(HttpMethod.Post, "/api/operator/batches", Bearer(operatorToken), plan.Body());

    /// <summary>Creates a batch, which must succeed.</summary>
    /// <exception cref="EngineException">It did not.</exception>
    public async Task OpenAsync(string operatorToken, BatchPlan plan)
    {
        var created = await CreateAsync(operatorToken, plan);
        if (created.Status != 201) throw new EngineException($"{plan.Id} could not be created: {created}");
    }

    /// <summary>Adds units to the stock.</summary>
    public Task<EngineAnswer> RestockAsync(string operatorToken, string batch, int units, string key) => SendAsync(
        HttpMethod.Post,
        $"/api/operator/batches/{batch}/restock",
        Bearer(operatorToken),
        new JsonObject { ["units"] = units, ["reason"] = "more came in" },
        key);

    /// <summary>Pauses, resumes or closes the sale.</summary>
    /// <param name="operatorToken">Who does.</param>
    /// <param name="batch">Of this batch.</param>
    /// <param name="action"><c>pause</c>, <c>resume</c> or <c>close</c>.</param>
    public Task<EngineAnswer> OperateAsync(
        string operatorToken, string batch, string action, string reason = "as planned") => SendAsync(
        HttpMethod.Post,
        $"/api/operator/batches/{batch}/{action}",
        Bearer(operatorToken),
        new JsonObject { ["reason"] = reason });

    /// <summary>Recalls all orders of a batch.</summary>
    public Task<EngineAnswer> RecallAsync(string operatorToken, string batch, string key) => SendAsync(
        HttpMethod.Post,
        $"/api/operator/batches/{batch}/recall",
        Bearer(operatorToken),
        new JsonObject { ["orders"] = "all", ["reason"] = "a defect" },
        key);

    /// <summary>The newest recall of a batch, and how far it is.</summary>
    public Task<EngineAnswer> RecallAsync(string operatorToken, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/operator/batches/{batch}/recall", Bearer(operatorToken));

    /// <summary>Announces something for a batch, or for a product.</summary>
    /// <param name="operatorToken">Who does.</param>
    /// <param name="announcement">The announcement, as its body.</param>
    public Task<EngineAnswer> AnnounceAsync(string operatorToken, JsonObject announcement) =>
        SendAsync(HttpMethod.Post, "/api/operator/announcements", Bearer(operatorToken), announcement);

    /// <summary>Ends all sessions of a user.</summary>
    public Task<EngineAnswer> EndSessionsAsync(string operatorToken, string user) => SendAsync(
        HttpMethod.Post,
        "/api/operator/users/end-sessions",
        Bearer(operatorToken),
        new JsonObject { ["user"] = user, ["reason"] = "as asked" });

    /// <summary>The board.</summary>
    public Task<EngineAnswer> BoardAsync(string batch) => SendAsync(HttpMethod.Get, $"/api/batches/{batch}");

    /// <summary>Reserves; the answer has the ticket.</summary>
    public Task<EngineAnswer> ReserveAsync(string token, string batch) =>
        SendAsync(HttpMethod.Put, $"/api/batches/{batch}/reservation", Bearer(token));

    /// <summary>Reads a reservation; the answer has the ticket.</summary>
    public Task<EngineAnswer> ReservationAsync(string token, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/batches/{batch}/reservation", Bearer(token));

    /// <summary>The first orders of a batch, as an operator lists them.</summary>
    public Task<EngineAnswer> OrdersOfAllAsync(string operatorToken, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/operator/batches/{batch}/orders", Bearer(operatorToken));

    /// <summary>The first page of the operator's list of reservations.</summary>
    public Task<EngineAnswer> ReservationsAsync(string operatorToken, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/operator/batches/{batch}/reservations", Bearer(operatorToken));

    /// <summary>Cancels a reservation.</summary>
    public Task<EngineAnswer> UnreserveAsync(string token, string batch) =>
        SendAsync(HttpMethod.Delete, $"/api/batches/{batch}/reservation", Bearer(token));

    /// <summary>Buys with the ticket alone.</summary>
    /// <param name="standsBy">Whether they take a place in the line if the units are gone.</param>
    public Task<EngineAnswer> BuyAsync(
        string batch, string ticket, string? key, int quantity = 1, bool standsBy = false)
    {
        var body = new JsonObject { ["quantity"] = quantity };
        if (standsBy) body["standby"] = true;
        var credential = new AuthenticationHeaderValue("Ticket", ticket);
        return SendAsync(HttpMethod.Post, $"/api/batches/{batch}/orders", credential, body, key);
    }

    /// <summary>Reads the caller's place in the line.</summary>
    public Task<EngineAnswer> PlaceAsync(string token, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/batches/{batch}/place", Bearer(token));

    /// <summary>Leaves the line.</summary>
    public Task<EngineAnswer> LeaveLineAsync(string token, string batch) =>
        SendAsync(HttpMethod.Delete, $"/api/batches/{batch}/place", Bearer(token));

    /// <summary>Buys one unit with a token; the engine looks whether its user has reserved.</summary>
    public Task<EngineAnswer> BuyWithTokenAsync(string token, string batch, int quantity = 1) => SendAsync(
        HttpMethod.Post, $"/api/batches/{batch}/orders", Bearer(token), new JsonObject { ["quantity"] = quantity });

    /// <summary>Takes a place in the line, or buys if units are free.</summary>
    public Task<EngineAnswer> StandByAsync(string token, string batch, int quantity) => SendAsync(
        HttpMethod.Post,
        $"/api/batches/{batch}/orders",
        Bearer(token),
        new JsonObject { ["quantity"] = quantity, ["standby"] = true });

    /// <summary>Removes a place from the line, as an operator.</summary>
    public Task<EngineAnswer> RemovePlaceAsync(string operatorToken, string batch, long place) => SendAsync(
        HttpMethod.Delete, $"/api/operator/batches/{batch}/line/{place}?reason=mistake", Bearer(operatorToken));

    /// <summary>A command of an operator.</summary>
    /// <param name="operatorToken">The operator's token.</param>
    /// <param name="command">The end of its path, such as <c>orders/mi2-1.17/ship</c>.</param>
    /// <param name="body">What it needs.</param>
    public Task<EngineAnswer> CommandAsync(string operatorToken, string command, JsonObject body) =>
        SendAsync(HttpMethod.Post, $"/api/operator/{command}", Bearer(operatorToken), body);

    /// <summary>What the batches of a product left waiting.</summary>
    public Task<EngineAnswer> BacklogAsync(string operatorToken, string product) =>
        SendAsync(HttpMethod.Get, $"/api/operator/products/{product}/backlog", Bearer(operatorToken));

    /// <summary>The caller's orders of a batch.</summary>
    public Task<EngineAnswer> OrdersAsync(string token, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/me/orders?batch={batch}", Bearer(token));

    /// <summary>A token as the engine itself makes it in Development.</summary>
    /// <exception cref="EngineException">It did not.</exception>
    public async Task<string> DevTokenAsync(string channel, string user, params string[] roles)
    {
        var asked = new JsonObject { ["user"] = user, ["channel"] = channel, ["roles"] = new JsonArray([.. roles]) };
        var answer = await SendAsync(HttpMethod.Post, "/dev/tokens", body: asked);
        return answer.Text("token") ?? throw new EngineException($"no token was made: {answer}");
    }

    /// <summary>The messages to buyers of a batch that are not delivered.</summary>
    public Task<EngineAnswer> MessagesAsync(string operatorToken, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/operator/batches/{batch}/messages", Bearer(operatorToken));

    /// <summary>Reads an order.</summary>
    public Task<EngineAnswer> OrderAsync(string token, string order) =>
        SendAsync(HttpMethod.Get, $"/api/orders/{order}", Bearer(token));

    /// <summary>Cancels an order.</summary>
    public Task<EngineAnswer> CancelAsync(string token, string order) =>
        SendAsync(HttpMethod.Delete, $"/api/orders/{order}", Bearer(token));

    /// <summary>Offers a paid order to the line.</summary>
    public Task<EngineAnswer> ReturnAsync(string token, string order) =>
        SendAsync(HttpMethod.Post, $"/api/orders/{order}/return", Bearer(token));

    /// <summary>Opens the checkout of an order.</summary>
    public Task<EngineAnswer> CheckoutAsync(string token, string order) =>
        SendAsync(HttpMethod.Post, $"/api/orders/{order}/checkout", Bearer(token), new JsonObject());

    /// <summary>Pays at the sandbox's cashier.</summary>
    /// <param name="checkoutUrl">As the engine gave it; its last segment is the checkout.</param>
    public Task<EngineAnswer> PayAsync(string checkoutUrl) => _cashier.SendAsync(
        HttpMethod.Post,
        $"/sandbox/checkouts/{checkoutUrl[(checkoutUrl.LastIndexOf('/') + 1)..]}",
        credential: null,
        new JsonObject { ["outcome"] = "paid" },
        key: null);

    /// <summary>All payments the sandbox has captured.</summary>
    /// <exception cref="EngineException">It did not answer as it must.</exception>
    public async Task<IReadOnlyList<JsonElement>> PaymentsAsync(string apiKey)
    {
        var payments = new List<JsonElement>();
        while (true)
        {
            var after = payments.Count == 0 ? "" : $"&after={payments[^1].GetProperty("payment").GetString()}";
            var page = await _cashier.SendAsync(
                HttpMethod.Get, $"/sandbox/payments?limit={PageSize}{after}", Bearer(apiKey), body: null, key: null);
            if (!page.Succeeded) throw new EngineException($"the sandbox's payments could not be read: {page}");
            var before = payments.Count;
            payments.AddRange(page.Body.GetProperty("items").EnumerateArray());
            if (payments.Count == before) return payments;
        }
    }

    /// <summary>The users who have a reservation, and their aliases in the ledger, by the operator's list.</summary>
    /// <exception cref="EngineException">It did not answer as it must.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RosterAsync(string operatorToken, string batch)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        for (string? after = null, place = ""; ; place = $"&after={Uri.EscapeDataString(after)}")
        {
            var path = $"/api/operator/batches/{batch}/reservations?limit={PageSize}{place}";
            var page = await SendAsync(HttpMethod.Get, path, Bearer(operatorToken));
            if (!page.Succeeded) throw new EngineException($"the reservations could not be read: {page}");
            foreach (var item in page.Body.GetProperty("items").EnumerateArray())
                users[item.GetProperty("user").GetString()!] = item.GetProperty("alias").GetString()!;
            if ((after = page.Text("next")) is null) return users;
        }
    }

    /// <summary>The ledger's export, as it comes.</summary>
    /// <exception cref="HttpRequestException">It did not come.</exception>
    public Task<Stream> LedgerAsync(string operatorToken, string batch) =>
        _fronts.OpenAsync($"/api/operator/batches/{batch}/ledger", Bearer(operatorToken));

    /// <summary>The ledger's export, of which no more than the status is of interest.</summary>
    public Task<EngineAnswer> LedgerStatusAsync(string operatorToken, string batch) =>
        SendAsync(HttpMethod.Get, $"/api/operator/batches/{batch}/ledger", Bearer(operatorToken));

    /// <summary>The metrics in Prometheus' text format; empty if there are none.</summary>
    public async Task<string> MetricsAsync()
    {
        try
        {
            await using var metrics = await _fronts.OpenAsync("/metrics", credential: null);
            using var reader = new StreamReader(metrics);
            return await reader.ReadToEndAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fronts.Dispose();
        _cashier.Dispose();
    }

    private static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    private Task<EngineAnswer> SendAsync(
        HttpMethod method,
        string path,
        AuthenticationHeaderValue? credential = null,
        JsonNode? body = null,
        string? key = null) => _fronts.SendAsync(method, path, credential, body, key);
}
