using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>A batch to be put on sale: who, how many, when.</summary>
/// <param name="OpensIn">From now to the opening, which ends the reservations.</param>
public sealed record Sale(TimeSpan OpensIn)
{
    /// <summary>Soon enough to wait for, late enough to reserve over the API before.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>Not during the test.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    /// <summary>From now to the opening of the reservations; null: they are open.</summary>
    public TimeSpan? ReservesIn { get; init; }

    /// <summary>Its title; null: the product's name.</summary>
    public string? Title { get; init; }

    /// <summary>Units.</summary>
    public int Stock { get; init; } = 100;

    /// <summary>Units per person.</summary>
    public int PerUserLimit { get; init; } = 1;

    /// <summary>The platforms whose users may buy.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [BatchPlan.Channel];

    /// <summary>Seconds to pay.</summary>
    public int PaymentWindowSeconds { get; init; } = 900;

    /// <summary>Places in the line; null: as many as the engine gives by itself, 0: there is no line.</summary>
    public int? StandbyLimit { get; init; }

    /// <summary>Seconds to pay what was offered; null: as many as for a hold.</summary>
    public int? OfferWindowSeconds { get; init; }

    /// <summary>Until when buyers may cancel a paid order; null: until it is shipped.</summary>
    public string? CancelPaid { get; init; }

    /// <summary>Its product, if no other test's batch may be of it.</summary>
    public string? Product { get; init; }

    /// <summary>Units for places that are carried over from earlier batches of the product.</summary>
    public int? BacklogUnits { get; init; }

    /// <summary>From the opening to the end.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromHours(8);

    internal BatchPlan PlanOf(string id)
    {
        var plan = new BatchPlan(id, Stock, DateTimeOffset.UtcNow + OpensIn)
        {
            Channels = Channels,
            PerUserLimit = PerUserLimit,
            PaymentWindowSeconds = PaymentWindowSeconds,
            OpenFor = OpenFor,
            Title = Title,
            StandbyLimit = StandbyLimit,
            OfferWindowSeconds = OfferWindowSeconds,
            CancelPaid = CancelPaid,
            Product = Product ?? "mi2",
            BacklogUnits = BacklogUnits,
        };
        return ReservesIn is { } wait ? plan with { ReservationOpens = DateTimeOffset.UtcNow + wait } : plan;
    }
}

/// <summary>Words in the languages of the pages.</summary>
public sealed record Words(string English, string Chinese);

/// <summary>
/// The operator and the other buyers, who use the API and no browser. A user without a channel is one of Weibo.
/// </summary>
public sealed class OtherPeople(Uri address) : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(100), LookInterval = TimeSpan.FromSeconds(0.2);
    private static int _batches;
    private readonly EngineClient _client = new(address, AnswerWithin);

    /// <summary>Where the engine listens.</summary>
    public Uri Address => address;

    /// <summary>
    /// Creates a batch of its own id, with reservations of these users, and returns the id. If it opened before they
    /// had reserved, because the machine is slow, another one opens later.
    /// </summary>
    public async Task<string> CreateAsync(Sale sale, params string[] users)
    {
        var boss = await BossAsync();
        var tokens = await Task.WhenAll(users.Select(TokenAsync));
        while (true)
        {
            var id = $"browser-{Interlocked.Increment(ref _batches)}";
            await _client.OpenAsync(boss, sale.PlanOf(id));
            var answers = await Task.WhenAll(tokens.Select(token => _client.ReserveAsync(token, id)));
            if (answers.All(answer => answer.Code != "reservation-closed") || sale.OpensIn >= Sale.Later)
            {
                foreach (var answer in answers) Demand(answer);
                return id;
            }
            sale = sale with { OpensIn = 2 * sale.OpensIn };
        }
    }

    /// <summary>Waits until the sale of a batch is open.</summary>
    public Task UntilOpenAsync(string batch) => UntilAsync(
        async () => (await DoneAsync(_client.BoardAsync(batch))).GetProperty("phase").GetString() == "on-sale",
        $"{batch} does not open");

    /// <summary>Waits until the one order that a user has, or is offered, has this status.</summary>
    public Task UntilOrderIsAsync(string batch, string user, string status) => UntilAsync(
        async () => await OrdersAsync(batch, user) is [var order] && order.GetProperty("status").GetString() == status,
        $"{user} has not exactly one order, or it is not {status}");

    /// <summary>Pauses, resumes or closes a batch.</summary>
    public async Task OperateAsync(string batch, string deed, string reason = "as planned") =>
        await DoneAsync(_client.OperateAsync(await BossAsync(), batch, deed, reason));

    /// <summary>Announces something for a batch; its id, and the instant from which it is shown.</summary>
    public async Task<(string Id, DateTimeOffset At)> AnnounceAsync(
        string batch, Words words, DateTimeOffset? at = null)
    {
        var announcement = new JsonObject
        {
            ["batch"] = batch,
            ["text"] = new JsonObject { ["en"] = words.English, ["zh-CN"] = words.Chinese },
        };
        if (at is { } instant) announcement["at"] = instant;
        var made = await DoneAsync(_client.AnnounceAsync(await BossAsync(), announcement));
        return (made.GetProperty("id").GetString()!, made.GetProperty("at").GetDateTimeOffset());
    }

    /// <summary>Buys for a user of Weibo who has reserved, and returns the order's id.</summary>
    public async Task<string> BuyAsync(string batch, string user, int quantity = 1)
    {
        var token = await TokenAsync(user);
        var answer = await _client.BuyWithTokenAsync(token, batch, quantity);
        // A page may take the sale for open some milliseconds before the engine does.
        if (answer.Code == "sale-not-open")
        {
            await UntilOpenAsync(batch);
            answer = await _client.BuyWithTokenAsync(token, batch, quantity);
        }
        return Demand(answer).GetProperty("id").GetString()!;
    }

    /// <summary>Takes a place in the line for a user of Weibo who has reserved, and returns its number.</summary>
    public async Task<long> StandByAsync(string batch, string user, int quantity = 1)
    {
        var place = await DoneAsync(_client.StandByAsync(await TokenAsync(user), batch, quantity));
        return place.GetProperty("place").GetInt64();
    }

    /// <summary>Leaves the line for a user of Weibo.</summary>
    public async Task LeaveLineAsync(string batch, string user) =>
        await DoneAsync(_client.LeaveLineAsync(await TokenAsync(user), batch));

    /// <summary>Removes a place from the line, as an operator.</summary>
    public async Task RemovePlaceAsync(string batch, long place) =>
        await DoneAsync(_client.RemovePlaceAsync(await BossAsync(), batch, place));

    /// <summary>Cancels an order of a user of Weibo.</summary>
    public async Task CancelAsync(string order, string user) =>
        await DoneAsync(_client.CancelAsync(await TokenAsync(user), order));

    /// <summary>Ends all sessions of a user.</summary>
    public async Task EndSessionsAsync(string user) =>
        await DoneAsync(_client.EndSessionsAsync(await BossAsync(), user));

    /// <summary>Cancels an order as an operator.</summary>
    public async Task CancelAsOperatorAsync(string order) =>
        await DoneAsync(_client.CancelAsync(await BossAsync(), order));

    /// <summary>Ships an order as an operator.</summary>
    public async Task ShipAsync(string order, string tracking) =>
        await DoneAsync(_client.CommandAsync(await BossAsync(), $"orders/{order}/ship", new JsonObject
        {
            ["tracking"] = tracking,
        }));

    /// <summary>Refunds or revives an order as an operator.</summary>
    public async Task ChangeAsync(string order, string action) =>
        await DoneAsync(_client.CommandAsync(await BossAsync(), $"orders/{order}/{action}", new JsonObject
        {
            ["reason"] = "mistake",
        }));

    /// <summary>Gives all who have not paid yet more time, as an operator.</summary>
    public async Task ExtendAsync(string batch, int seconds) =>
        await DoneAsync(_client.CommandAsync(await BossAsync(), $"batches/{batch}/extend", new JsonObject
        {
            ["seconds"] = seconds,
            ["reason"] = "the bank was down",
        }));

    /// <summary>Puts an opening that is still to come off, as an operator.</summary>
    public async Task PutOffAsync(string batch, TimeSpan opensIn)
    {
        var board = await DoneAsync(_client.BoardAsync(batch));
        var schedule = JsonNode.Parse(board.GetProperty("schedule").GetRawText())!.AsObject();
        var opens = DateTimeOffset.UtcNow + opensIn;
        foreach (var instant in (string[])["reservationCloses", "saleOpens"]) schedule[instant] = opens;
        await DoneAsync(_client.CommandAsync(await BossAsync(), $"batches/{batch}/reschedule", new JsonObject
        {
            ["schedule"] = schedule,
            ["reason"] = "not ready yet",
        }));
    }

    /// <summary>When a batch opens, by the schedule in force.</summary>
    public async Task<DateTimeOffset> OpeningOfAsync(string batch) =>
        (await DoneAsync(_client.BoardAsync(batch))).GetProperty("schedule").GetProperty("saleOpens")
            .GetDateTimeOffset();

    /// <summary>Grants a unit to a user of Weibo as an operator.</summary>
    public async Task GrantAsync(string batch, string user) =>
        await DoneAsync(_client.CommandAsync(await BossAsync(), $"batches/{batch}/grant", new JsonObject
        {
            ["user"] = $"{BatchPlan.Channel}:{user}",
            ["reason"] = "mistake",
        }));

    /// <summary>Offers a paid order of a user of Weibo to the line.</summary>
    public async Task ReturnAsync(string order, string user) =>
        await DoneAsync(_client.ReturnAsync(await TokenAsync(user), order));

    /// <summary>Pays an order of a user of Weibo.</summary>
    public async Task PayAsync(string order, string user)
    {
        var checkout = await DoneAsync(_client.CheckoutAsync(await TokenAsync(user), order));
        await DoneAsync(_client.PayAsync(checkout.GetProperty("checkoutUrl").GetString()!));
    }

    /// <summary>The orders that a user has from a batch, as the API tells them.</summary>
    public async Task<JsonElement[]> OrdersAsync(string batch, string user)
    {
        var orders = await DoneAsync(_client.OrdersAsync(await TokenAsync(user), batch));
        return [.. orders.GetProperty("items").EnumerateArray()];
    }

    /// <summary>The orders of a batch, as an operator lists them.</summary>
    public async Task<JsonElement[]> OrdersOfAllAsync(string batch)
    {
        var orders = await DoneAsync(_client.OrdersOfAllAsync(await BossAsync(), batch));
        return [.. orders.GetProperty("items").EnumerateArray()];
    }

    /// <summary>The ledger of a batch, as an operator exports it.</summary>
    public async Task<string> LedgerAsync(string batch)
    {
        await using var ledger = await _client.LedgerAsync(await BossAsync(), batch);
        using var reader = new StreamReader(ledger);
        return await reader.ReadToEndAsync();
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    /// <summary>Reserves and cancels in turn.</summary>
    public async Task ChangeReservationAsync(string batch, string user, int times)
    {
        var token = await TokenAsync(user);
        for (var i = 0; i < times; i++)
            await DoneAsync(i % 2 == 0 ? _client.ReserveAsync(token, batch) : _client.UnreserveAsync(token, batch));
    }

    /// <summary>Cancels the reservation of a user.</summary>
    public async Task CancelReservationAsync(string batch, string user) =>
        await DoneAsync(_client.UnreserveAsync(await TokenAsync(user), batch));

    private Task<string> BossAsync() => _client.DevTokenAsync("ops", "boss", "operator");

    private Task<string> TokenAsync(string user) => user.Split(':') is [var channel, var subject]
        ? _client.DevTokenAsync(channel, subject)
        : _client.DevTokenAsync(BatchPlan.Channel, user);

    private static async Task<JsonElement> DoneAsync(Task<EngineAnswer> asked) => Demand(await asked);

    private static JsonElement Demand(EngineAnswer answer) =>
        answer.Succeeded ? answer.Body : throw new EngineException($"it was refused: {answer}");

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waiting.Elapsed > AnswerWithin) throw new TimeoutException(otherwise);
            await Task.Delay(LookInterval); // bounded poll
        }
    }
}
