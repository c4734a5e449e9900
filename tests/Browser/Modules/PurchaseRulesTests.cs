using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>What the page makes of each answer to a purchase.</summary>
public sealed class PurchaseRulesTests(SaleStage stage)
{
    private const string Purchase = "/js/purchase.js";

    /// <summary>A decision of the rules.</summary>
    public sealed record Next(string Then, double? DelayMs, string? Why, string? Code);

    [Theory]
    [InlineData("sale-closed")]
    [InlineData("paused")]
    [InlineData("limit-reached")]
    [InlineData("sold-out")]
    [InlineData("line-full")]
    [InlineData("not-reserved")]
    [InlineData("not-eligible")]
    [InlineData("conflict")]
    [InlineData("invalid-request")]
    [InlineData("not-found")]
    [InlineData("a-code-of-the-future")]
    public async Task A_refusal_ends_the_attempt(string code)
    {
        var next = await DecideAsync("{}", $"{{kind: 'refused', code: '{code}'}}");
        next.Then.ShouldBe("refused");
        next.Code.ShouldBe(code);
    }

    [Fact]
    public async Task An_order_or_a_place_in_the_line_ends_it()
    {
        (await DecideAsync("{}", "{kind: 'answered', status: 201}")).Then.ShouldBe("order");
        (await DecideAsync("{}", "{kind: 'answered', status: 200}")).Then.ShouldBe("order");
        (await DecideAsync("{}", "{kind: 'answered', status: 202}")).Then.ShouldBe("place");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.999)]
    public async Task Overloaded_is_asked_again_never_before_the_server_said(double random)
    {
        var next = await DecideAsync(
            "{tries: 1}", "{kind: 'refused', code: 'overloaded', retryAfterSeconds: 3}", random: random);
        next.Then.ShouldBe("retry");
        next.DelayMs!.Value.ShouldBeInRange(3_000, 4_000);
    }

    [Fact]
    public async Task Lost_answers_are_asked_for_ever_more_slowly_up_to_a_bound()
    {
        var delays = new List<double>();
        for (var lost = 1; lost <= 12; lost++)
        {
            var next = await DecideAsync($"{{tries: {lost}, lost: {lost}}}", "{kind: 'lost'}", random: 0);
            delays.Add(next.DelayMs!.Value);
        }
        delays.ShouldBe(delays.Order());
        delays[0].ShouldBeLessThan(1_000);
        delays[^1].ShouldBe(8_000);
    }

    [Theory]
    [InlineData("{tries: 60, lost: 60}", 0)]
    [InlineData("{tries: 3, lost: 3}", 300_000)]
    public async Task Past_its_bounds_the_buyer_is_asked(string progress, double later) =>
        (await DecideAsync(progress, "{kind: 'lost'}", now: later)).Then.ShouldBe("ask");

    [Fact]
    public async Task Not_open_yet_is_asked_again_right_after_a_near_opening()
    {
        var near = await DecideAsync("{tries: 1}", NotOpen("{opensAt: new Date(800).toISOString()}"));
        near.Then.ShouldBe("retry");
        near.Why.ShouldBe("opening");
        near.DelayMs!.Value.ShouldBeInRange(800, 1_000);
        var past = await DecideAsync("{tries: 1}", NotOpen("{opensAt: new Date(-50).toISOString()}"));
        past.DelayMs!.Value.ShouldBeInRange(0, 200);
    }

    [Theory]
    [InlineData("{tries: 1}", "{opensAt: new Date(60_000).toISOString()}")]
    [InlineData("{tries: 21, openings: 20}", "{opensAt: new Date(10).toISOString()}")]
    [InlineData("{tries: 1}", "{}")]
    public async Task Not_open_yet_ends_it_far_from_the_opening_or_after_too_many(string progress, string problem) =>
        (await DecideAsync(progress, NotOpen(problem))).Then.ShouldBe("refused");

    [Theory]
    [InlineData("unauthenticated")]
    [InlineData("ticket-invalid")]
    public async Task A_bad_ticket_is_fetched_anew_once(string code)
    {
        (await DecideAsync("{tries: 1}", $"{{kind: 'refused', code: '{code}'}}")).Then.ShouldBe("renew-ticket");
        (await DecideAsync("{tries: 2, renewals: 1}", $"{{kind: 'refused', code: '{code}'}}")).Then.ShouldBe("refused");
    }

    [Fact]
    public async Task Only_an_order_that_was_not_there_before_can_be_what_was_bought()
    {
        var found = await stage.Modules.RunAsync<bool[]>(Purchase, """
            const attempt = { startedAt: 100_000, knownOrders: ['b.1'] };
            const at = ms => new Date(ms).toISOString();
            return [
              m.mayBeFrom(attempt, { id: 'b.2', heldAt: at(100_300) }),
              m.mayBeFrom(attempt, { id: 'b.1', heldAt: at(100_300) }),
              m.mayBeFrom(attempt, { id: 'b.3', heldAt: at(20_000) }),
            ];
            """);
        found.ShouldBe([true, false, false]);
    }

    [Fact]
    public async Task An_attempt_outlives_a_reload_and_only_its_own_key_ends_it()
    {
        var kept = await stage.Modules.RunAsync<bool[]>(Purchase, """
            const key = m.newKey();
            new m.AttemptStore('b', 'weibo:a').put({ key, quantity: 1, startedAt: 1, knownOrders: [] });
            const store = new m.AttemptStore('b', 'weibo:a');
            const isKept = store.get().key === key;
            store.drop('another');
            const isStill = store.get() !== null;
            const isOthers = new m.AttemptStore('b', 'weibo:b').get() !== null;
            store.drop(key);
            return [isKept, isStill, isOthers, store.get() === null];
            """);
        kept.ShouldBe([true, true, false, true]);
    }

    private static string NotOpen(string problem) => $"{{kind: 'refused', code: 'sale-not-open', problem: {problem}}}";

    private async Task<Next> DecideAsync(string progress, string answer, double now = 0, double random = 0.5)
    {
        return await stage.Modules.RunAsync<Next>(Purchase,
            $"return m.decide({{...m.newProgress(0), ...{progress}}}, {answer}, x[0], x[1]);", new[] { now, random });
    }
}
