using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>Webhooks with a real process and a real SIGKILL, between a delivery and its note.</summary>
public sealed class WebhookKillTests
{
    private const int Lives = 4;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3), LookInterval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Every_event_arrives_in_the_order_of_its_order_however_often_the_engine_dies_before_it_notes_one()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        using var shop = new Shop();
        using var lives = new EngineLives();
        var (batch, buyers) = ("", new List<string>());
        for (var life = 0; life < Lives; life++)
        {
            await using var engine = await lives.StartAsync(bound.Token);
            using var client = EngineLives.ClientOf(engine);
            if (life == 0)
            {
                (batch, buyers) = await OpenAsync(client, bound.Token);
                await MakeWebhookAsync(client, engine.Address, shop.Address, bound.Token);
            }
            var order = Demand(await client.BuyWithTokenAsync(buyers[life], batch)).GetProperty("id").GetString()!;
            shop.Kill = engine;
            // The next request kills it. It may be one that the life before left behind, so this may have no answer.
            await client.CancelAsync(buyers[life], order);
            await UntilAsync(() => Task.FromResult(shop.Kill is null), bound.Token);
        }
        await using var last = await lives.StartAsync(bound.Token);
        using var final = EngineLives.ClientOf(last);
        var head = (await final.BoardAsync(batch)).Body.GetProperty("head").GetProperty("seq").GetInt64();
        await UntilAsync(() => Task.FromResult(shop.SeqsOf(batch).Contains(head)), bound.Token);
        var seqs = shop.SeqsOf(batch);
        var first = seqs.Min();
        seqs.Distinct().Order().ShouldBe(
            Enumerable.Range((int)first, (int)(head - first + 1)).Select(seq => (long)seq), "each arrived");
        foreach (var order in shop.Events.Where(one => one.Order is not null).GroupBy(one => one.Order))
            order.Select(one => one.Seq).Distinct().ShouldBeInOrder();
        shop.Unanswered.Count.ShouldBe(Lives);
    }

    private static async Task<(string Batch, List<string> Buyers)> OpenAsync(
        EngineClient client, CancellationToken cancellationToken)
    {
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        var buyers = new List<string>();
        for (var number = 0; number < Lives; number++)
            buyers.Add(await client.DevTokenAsync(BatchPlan.Channel, $"buyer-{number}"));
        var opensIn = TimeSpan.FromSeconds(2);
        for (var number = 1; ; number++, opensIn *= 2)
        {
            // If it opened before all have reserved, because the machine is slow, another one opens later.
            var batch = $"mi2-{number}";
            await client.OpenAsync(boss, new BatchPlan(batch, Lives, DateTimeOffset.UtcNow + opensIn));
            var answers = await Task.WhenAll(buyers.Select(token => client.ReserveAsync(token, batch)));
            if (answers.Any(answer => answer.Code == "reservation-closed")) continue;
            await UntilAsync(
                async () => (await client.BoardAsync(batch)).Text("phase") == "on-sale", cancellationToken);
            return (batch, buyers);
        }
    }

    private static async Task MakeWebhookAsync(
        EngineClient client, Uri engine, string url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = engine };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", await client.DevTokenAsync("ops", "boss", "operator"));
        using var answer = await http.PostAsJsonAsync("/api/operator/webhooks", new { url }, cancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static JsonElement Demand(EngineAnswer answer) =>
        answer.Succeeded ? answer.Body : throw new EngineException($"it was refused: {answer}");

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition()) await Task.Delay(LookInterval, cancellationToken); // bounded poll
    }

    /// <summary>A receiver that kills the engine when it has a request, before it answers.</summary>
    private sealed class Shop : IDisposable
    {
        private readonly SerialListener _listener;
        private readonly ConcurrentQueue<(string Batch, long Seq, string? Order)> _events = new();
        private EngineProcess? _kill;

        public Shop() => _listener = new SerialListener(TakeAsync);

        public string Address => _listener.Address;

        /// <summary>The engine that the next request kills; null: it was killed.</summary>
        public EngineProcess? Kill
        {
            get => Volatile.Read(ref _kill);
            set => Volatile.Write(ref _kill, value);
        }

        /// <summary>The ids of the requests that were not answered.</summary>
        public ConcurrentQueue<string> Unanswered { get; } = new();

        public IReadOnlyList<(string Batch, long Seq, string? Order)> Events => [.. _events];

        public IReadOnlyList<long> SeqsOf(string batch) =>
            [.. _events.Where(one => one.Batch == batch).Select(one => one.Seq)];

        public void Dispose() => _listener.Dispose();

        private async Task TakeAsync(HttpListenerContext context, JsonElement body)
        {
            var data = body.GetProperty("data");
            foreach (var one in data.GetProperty("events").EnumerateArray())
            {
                _events.Enqueue((
                    data.GetProperty("batch").GetString()!, one.GetProperty("seq").GetInt64(),
                    one.GetProperty("data").TryGetProperty("order", out var order) ? order.GetString() : null));
            }
            if (Kill is { } engine)
            {
                Unanswered.Enqueue(context.Request.Headers["webhook-id"]!);
                await engine.KillAsync();
                Kill = null;
                context.Response.Abort();
                return;
            }
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
    }
}
