using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>Messages to buyers with a real process and a real SIGKILL.</summary>
public sealed class MessageKillTests
{
    private const int Buyers = 12;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2), LookInterval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Every_buyer_whose_money_goes_back_is_told_once_however_often_the_engine_is_killed_meanwhile()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        using var lives = new EngineLives(("Channels:weibo:Posts:Kind", "Sandbox"));
        string batch;
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var first = EngineLives.ClientOf(engine);
            batch = await CancelPaidOrdersAsync(first, bound.Token);
            // Some were answered just now: their messages are unread, unsent, or under way.
            await engine.KillAsync();
        }
        foreach (var told in (int[])[1, Buyers])
        {
            await using var engine = await lives.StartAsync(bound.Token);
            await UntilAsync(
                async () => (await CountAsync(engine.Address, bound.Token)).Sum() >= told, bound.Token);
            await engine.KillAsync();
        }
        await using var last = await lives.StartAsync(bound.Token);
        await UntilAsync(
            async () => (await CountAsync(last.Address, bound.Token)).All(count => count >= 2), bound.Token);
        (await CountAsync(last.Address, bound.Token)).ShouldAllBe(
            count => count == 2, "that the money goes back, and that it has, once each");
        using var client = EngineLives.ClientOf(last);
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        // Also a try whose answer was lost by a kill has arrived under its own id.
        await UntilAsync(
            async () => Demand(await client.MessagesAsync(boss, batch)).GetProperty("items").GetArrayLength() == 0,
            bound.Token);
    }

    private static async Task<string> CancelPaidOrdersAsync(
        EngineClient client, CancellationToken cancellationToken)
    {
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        var tokens = new List<string>();
        for (var number = 0; number < Buyers; number++)
            tokens.Add(await client.DevTokenAsync(BatchPlan.Channel, UserOf(number)));
        var batch = await OpenAsync(client, boss, tokens, TimeSpan.FromSeconds(2));
        await UntilAsync(
            async () => (await client.BoardAsync(batch)).Text("phase") == "on-sale", cancellationToken);
        foreach (var token in tokens)
        {
            var order = Demand(await client.BuyWithTokenAsync(token, batch)).GetProperty("id").GetString()!;
            var checkout = Demand(await client.CheckoutAsync(token, order)).GetProperty("checkoutUrl").GetString()!;
            Demand(await client.PayAsync(checkout));
            await UntilAsync(
                async () => (await client.OrderAsync(token, order)).Text("status") == "paid", cancellationToken);
            Demand(await client.CancelAsync(token, order));
        }
        return batch;
    }

    // Opens a batch that all have reserved. If it opened before, because the machine is slow, another one opens later.
    private static async Task<string> OpenAsync(
        EngineClient client, string boss, IReadOnlyList<string> tokens, TimeSpan opensIn)
    {
        for (var number = 1; ; number++, opensIn *= 2)
        {
            var batch = $"mi2-{number}";
            await client.OpenAsync(boss, new BatchPlan(batch, Buyers, DateTimeOffset.UtcNow + opensIn));
            var answers = await Task.WhenAll(tokens.Select(token => client.ReserveAsync(token, batch)));
            if (answers.Any(answer => answer.Code == "reservation-closed")) continue;
            foreach (var answer in answers) Demand(answer);
            return batch;
        }
    }

    private static string UserOf(int number) => $"buyer-{number}";

    private static JsonElement Demand(EngineAnswer answer) =>
        answer.Succeeded ? answer.Body : throw new EngineException($"it was refused: {answer}");

    // How many messages each buyer has at the platform.
    private static async Task<IReadOnlyList<int>> CountAsync(Uri engine, CancellationToken cancellationToken) =>
        await Task.WhenAll(Enumerable.Range(0, Buyers).Select(async number =>
        {
            using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() })
            {
                BaseAddress = engine,
            };
            using var form = new FormUrlEncodedContent(
                [new("as", UserOf(number)), new("returnTo", "/sandbox/platform/timeline")]);
            using var page = await browser.PostAsync("/sandbox/platform/login", form, cancellationToken);
            return Regex.Count(await page.Content.ReadAsStringAsync(cancellationToken), "data-testid=\"message\"");
        }));

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition()) await Task.Delay(LookInterval, cancellationToken); // bounded poll
    }
}
