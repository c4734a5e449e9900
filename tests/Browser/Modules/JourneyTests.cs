using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>What a visitor can do next, from what is known.</summary>
public sealed class JourneyTests(SaleStage stage)
{
    /// <summary>What the page offers.</summary>
    public sealed record Plan(string Phase, string Action, bool IsOpen, string Status);

    // Reservations from 100 to 200 s, the sale from 300 to 400 s.
    private const string Facts = """
        const at = seconds => new Date(seconds * 1000).toISOString();
        const schedule = {
          reservationOpens: at(100), reservationCloses: at(200), saleOpens: at(300), saleCloses: at(400) };
        const terms = {
          phase: 'announced', paused: false, free: 5, stock: 5, perUserLimit: 1, channel: 'weibo', schedule };
        const order = status => ({ id: 'b.1', status, quantity: 1, payBy: at(350), heldAt: at(301) });
        const visitor = {
          user: 'weibo:a', channel: 'weibo', isSessionKnown: true, reservation: 'held', orders: [], place: null };
        const is = (seconds, known, board) =>
          ({ ...visitor, buying: { kind: 'idle' }, ...known, now: seconds * 1000, board: { ...terms, ...board } });
        const none = { reservation: 'none' };
        const place = (state, quantity = 1) => ({ place: { place: 4, ahead: 3, state, quantity } });
        const offered = { orders: [{ ...order('awaiting-payment'), place: 4 }], ...place('offered') };
        const line = { phase: 'sold-out', free: 0, held: 2, standby: 2, standbyLimit: 5, standbyOpen: true };
        const [earlier, takes] = [{ place: 4 }, { backlogUnits: 2 }];
        const ended = { user: null, channel: null, isSessionEnded: true };
        """;

    [Theory]
    [InlineData("50, none", "announced", "reserve", false)]
    [InlineData("100, none", "reserving", "reserve", true)]
    [InlineData("150, {user: null, channel: null}", "reserving", "sign-in", true)]
    [InlineData("150, {user: 'x:a', channel: 'x'}", "reserving", "switch-account", true)]
    [InlineData("150", "reserving", "buy", false)]
    [InlineData("200, none", "waiting", "none", false)]
    [InlineData("299.999", "waiting", "buy", false)]
    [InlineData("300", "on-sale", "buy", true)]
    [InlineData("300, {reservation: 'unknown'}", "on-sale", "none", false)]
    [InlineData("300, {buying: {kind: 'sending'}}", "on-sale", "buying", false)]
    [InlineData("310, {orders: [order('awaiting-payment')]}", "on-sale", "pay", true)]
    [InlineData("350, {orders: [order('awaiting-payment')]}", "on-sale", "none", false)]
    [InlineData("310, {orders: [order('paid')]}", "on-sale", "none", false)]
    [InlineData("310, {orders: [order('expired')]}", "on-sale", "buy", true)]
    [InlineData("310, {orders: [order('paid')]}, {perUserLimit: 2}", "on-sale", "buy", true)]
    [InlineData("310, {}, {phase: 'sold-out', free: 0}", "sold-out", "buy", false)]
    [InlineData("310, {}, {phase: 'sold-out', free: 1}", "on-sale", "buy", true)]
    [InlineData("310, {}, {phase: 'waiting', paused: true}", "paused", "buy", false)]
    [InlineData("310, {}, {phase: 'paused', paused: true}", "paused", "buy", false)]
    [InlineData("150, none, {phase: 'reserving', paused: true}", "reserving", "reserve", true)]
    [InlineData("310, {orders: Array(9).fill(order('expired'))}", "on-sale", "buy", true)]
    [InlineData("310, {orders: Array(10).fill(order('expired'))}", "on-sale", "none", false)]
    [InlineData("310, {orders: [...Array(10).fill(order('refunded')), order('paid')]}, {perUserLimit: 2}", "on-sale",
        "none", false)]
    [InlineData(
        "310, {orders: [...Array(10).fill(order('cancelled')), order('awaiting-payment')]}", "on-sale", "pay", true)]
    [InlineData("310, {}, line", "sold-out", "join", true)]
    [InlineData("310, {}, {...line, free: 2, phase: 'on-sale'}", "sold-out", "join", true)]
    [InlineData("310, {place: undefined}, line", "sold-out", "none", false)]
    [InlineData("310, {place: undefined}", "on-sale", "buy", true)]
    [InlineData("310, {buying: {kind: 'sending', standby: true}}, line", "sold-out", "buying", false)]
    [InlineData("310, place('waiting'), line", "sold-out", "wait", false)]
    [InlineData("310, place('waiting'), {...line, phase: 'paused', paused: true}", "paused", "wait", false)]
    [InlineData("310, {...place('waiting'), orders: [order('paid')]}, {...line, perUserLimit: 2}", "sold-out", "wait",
        false)]
    [InlineData("310, offered, line", "sold-out", "pay", true)]
    [InlineData("310, place('offered'), line", "sold-out", "none", false)]
    [InlineData("310, {orders: [order('paid')]}, line", "sold-out", "none", false)]
    [InlineData("310, {orders: [order('paid')]}, {...line, perUserLimit: 2}", "sold-out", "join", true)]
    [InlineData("310, {orders: Array(10).fill(order('expired'))}, line", "sold-out", "none", false)]
    [InlineData("310, none, line", "sold-out", "none", false)]
    [InlineData("310, {}, {...line, phase: 'on-sale', free: 4, backlogUnits: 1}", "on-sale", "buy", true)]
    [InlineData("310, place('waiting'), {...line, phase: 'on-sale', free: 4, backlogUnits: 1}", "on-sale", "wait",
        false)]
    [InlineData("310, {user: null, channel: null}, line", "sold-out", "sign-in", true)]
    [InlineData("310, {...ended, ...place('waiting')}, line", "sold-out", "sign-in", true)]
    [InlineData("310, {}, {...line, standbyOpen: false}", "sold-out", "buy", false)]
    [InlineData("400, place('waiting'), line", "closed", "none", false)]
    [InlineData("400", "closed", "none", false)]
    [InlineData("390, {}, {phase: 'closed'}", "closed", "none", false)]
    [InlineData("390, {orders: [order('awaiting-payment')]}, {phase: 'closed'}", "closed", "none", false)]
    [InlineData("340, {orders: [order('awaiting-payment')]}, {phase: 'closed'}", "closed", "pay", true)]
    [InlineData("310, {...ended, orders: [order('awaiting-payment')]}", "on-sale", "sign-in", true)]
    [InlineData("310, {...ended, orders: [order('paid')]}, {phase: 'closed'}", "closed", "sign-in", true)]
    [InlineData("150, ended", "reserving", "sign-in", true)]
    [InlineData("310, {...ended, buying: {kind: 'sending'}}", "on-sale", "buying", false)]
    [InlineData("310, ended, {phase: 'closed'}", "closed", "none", false)]
    public async Task The_one_button_is_what_the_visitor_can_do_next(
        string known, string phase, string action, bool isOpen)
    {
        var plan = await stage.Modules.RunAsync<Plan>("/js/journey.js", $"{Facts} return m.journey(is({known}));");
        plan.ShouldSatisfyAllConditions(
            () => plan.Phase.ShouldBe(phase), () => plan.Action.ShouldBe(action), () => plan.IsOpen.ShouldBe(isOpen));
    }

    [Fact]
    public async Task A_buyer_with_too_many_ended_orders_is_told_so_by_the_engine_s_own_bound()
    {
        var plan = await stage.Modules.RunAsync<Plan>(
            "/js/journey.js", $"{Facts} return m.journey(is(310, {{orders: Array(10).fill(order('cancelled'))}}));");
        plan.Status.ShouldBe("ended-too-often");
        (await stage.Modules.RunAsync<int>("/js/journey.js", "return m.maxEndedOrders;"))
            .ShouldBe(BatchTerms.MaxEndedOrders);
    }

    [Theory]
    [InlineData("310, {}, {phase: 'sold-out', free: 0, held: 1}", "sold-out")]
    [InlineData("310, {}, {phase: 'sold-out', free: 0, held: 0}", "sold-out-paid")]
    [InlineData("310, {}, line", "join")]
    [InlineData("310, place('left'), line", "join")]
    [InlineData("310, place('passed'), line", "join-passed")]
    [InlineData("310, place('removed'), line", "join-removed")]
    [InlineData("310, {}, {...line, standbyOpen: false}", "line-suspended")]
    [InlineData("310, {}, {...line, standbyOpen: false, standby: 0}", "sold-out")]
    [InlineData("310, {}, {...line, standbyOpen: false, standby: 5}", "line-full")]
    [InlineData("310, place('waiting'), line", "line")]
    [InlineData("310, place('waiting'), {...line, phase: 'paused', paused: true}", "line-paused")]
    [InlineData("310, {buying: {kind: 'sending', standby: true}}, line", "buying.joining")]
    [InlineData("50, {...none, earlier}, takes", "kept")]
    [InlineData("150, {earlier}, takes", "kept")]
    [InlineData("250, {...none, earlier}, takes", "kept")]
    [InlineData("250, {...none, earlier}", "not-reserved")]
    [InlineData("250, {earlier}, {...takes, paused: true}", "reserved-paused")]
    [InlineData("300, {earlier}, takes", "buy-now")]
    [InlineData("310, offered, line", "pay-offer")]
    [InlineData("350, offered, line", "pay-over")]
    [InlineData("310, {...ended, ...place('waiting')}, line", "ended-line")]
    [InlineData("310, {user: null, channel: null}, line", "sign-in-line")]
    [InlineData("400, place('waiting'), line", "closed-line")]
    [InlineData("400, place('ended'), line", "closed-line")]
    [InlineData("250, {}, {phase: 'waiting', paused: true}", "reserved-paused")]
    [InlineData("310, {}, {phase: 'closed', closedAt: at(305)}", "closed-early")]
    [InlineData("410, {}, {phase: 'closed', closedAt: at(405)}", "closed")]
    [InlineData("410, {}, {phase: 'closed'}", "closed")]
    [InlineData("310, {orders: [order('paid')], addressless: order('paid')}", "deliver")]
    [InlineData("310, {orders: [order('paid')]}", "bought")]
    [InlineData("310, {orders: [{...order('paid'), return: 'offered'}]}", "returning")]
    [InlineData("410, {orders: [{...order('paid'), return: 'offered'}]}, {phase: 'closed'}", "bought")]
    [InlineData("410, {orders: [{...order('paid'), return: 'ending'}]}, {phase: 'closed'}", "returning")]
    public async Task What_is_said_is_true_of_the_batch(string known, string status)
    {
        var plan = await stage.Modules.RunAsync<Plan>("/js/journey.js", $"{Facts} return m.journey(is({known}));");
        plan.Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("[batch('a', 'p', 300), batch('c', 'p', 500), batch('b', 'p', 400)]", "b")]
    [InlineData("[batch('a', 'p', 300), batch('b', 'q', 400)]", null)]
    [InlineData("[batch('a', 'p', 300), batch('b', 'p', 150)]", null)]
    [InlineData("[{...batch('b', 'p', 400), phase: 'closed'}]", null)]
    public async Task The_next_batch_is_the_first_of_the_product_that_can_still_be_reserved(string boards, string? next)
    {
        var found = await stage.Modules.RunAsync<string?>("/js/next-batch.js", $$"""
            const at = seconds => new Date(seconds * 1000).toISOString();
            const batch = (id, product, opens) => ({
              id, product: { id: product }, phase: 'waiting', free: 1, schedule: {
                reservationOpens: at(0), reservationCloses: at(opens), saleOpens: at(opens), saleCloses: at(900) } });
            return m.nextOf(batch('a', 'p', 300), {{boards}}, 200_000)?.id ?? null;
            """);
        found.ShouldBe(next);
    }

    [Theory]
    [InlineData("150", true)]
    [InlineData("250", true)]
    [InlineData("310", true)]
    [InlineData("310, {}, {phase: 'sold-out', free: 0}", true)]
    [InlineData("310, {orders: [order('cancelled')]}", true)]
    [InlineData("150, {reservation: 'none'}", false)]
    [InlineData("150, {reservation: 'unknown'}", false)]
    [InlineData("310, {orders: [order('awaiting-payment')]}", false)]
    [InlineData("310, {orders: [order('paid')]}", false)]
    [InlineData("310, {orders: Array(10).fill(order('cancelled'))}", false)]
    [InlineData("310, place('waiting'), line", true)]
    [InlineData("410, {}, {phase: 'closed'}", false)]
    [InlineData("150, {isSessionEnded: true}", false)]
    public async Task Where_to_deliver_can_be_said_from_the_reservation_to_the_order(string known, bool canSay)
    {
        var said = await stage.Modules.RunAsync<bool>(
            "/js/journey.js", $"{Facts} return m.journey(is({known})).canSayDelivery;");
        said.ShouldBe(canSay);
    }

    [Theory]
    [InlineData("310", "next")]
    [InlineData("310, {orders: [order('awaiting-payment')]}", "current")]
    [InlineData("410, {orders: [order('paid')]}, {phase: 'closed'}", "done")]
    [InlineData("340, {orders: [order('awaiting-payment')]}, {phase: 'closed'}", "current")]
    [InlineData("410, {}, {phase: 'closed'}", "missed")]
    [InlineData("410, {orders: [order('refunded')]}, {phase: 'closed'}", "missed")]
    public async Task Nothing_is_left_to_pay_after_the_end_of_a_sale_without_an_order(string known, string step)
    {
        var said = await stage.Modules.RunAsync<string>(
            "/js/journey.js", $"{Facts} return m.journey(is({known})).steps.pay;");
        said.ShouldBe(step);
    }

    [Fact]
    public async Task A_place_counts_towards_what_its_buyer_may_still_have()
    {
        var left = await stage.Modules.RunAsync<int>("/js/journey.js", Facts
            + " return m.journey(is(310, place('waiting', 2), {...line, perUserLimit: 3})).mayBuy;");
        left.ShouldBe(1);
    }

    [Theory]
    [InlineData("en", "{outlook: 'possible', seconds: 720}", "About 12 minutes, if")]
    [InlineData("en", "{outlook: 'possible', seconds: 60}", "About 1 minute, if")]
    [InlineData("en", "{outlook: 'possible', seconds: 20}", "Less than a minute, if")]
    [InlineData("en", "{outlook: 'possible', seconds: 14400}", "About 4 hours, if")]
    [InlineData("en", "{outlook: 'unlikely', seconds: 720}", "Unlikely: more people wait than units")]
    [InlineData("en", "{outlook: 'unknown'}", "How long it takes can’t be said yet.")]
    [InlineData("zh-CN", "{outlook: 'possible', seconds: 720}", "按目前的释放速度，预计约 12 分钟。")]
    [InlineData("zh-CN", "{outlook: 'unlikely'}", "候补成功率较低")]
    public async Task The_wait_is_estimated_only_as_far_as_it_is_known(string language, string estimate, string said)
    {
        var text = await stage.Modules.RunAsync<string>("/js/sale-view.js", $$"""
            const { setLanguage } = await import('/js/text.js');
            await setLanguage(x);
            return m.estimateText({{estimate}});
            """, language);
        text.ShouldStartWith(said);
    }

    [Fact]
    public async Task A_visitor_who_can_reserve_no_more_is_offered_nothing()
    {
        var plan = await stage.Modules.RunAsync<Plan>(
            "/js/journey.js", $"{Facts} return m.journey(is(150, {{reservation: 'barred'}}));");
        (plan.Action, plan.Status).ShouldBe(("none", "changed-too-often"));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(1, 0, 0, 0, 1)]
    [InlineData(999, 0, 0, 0, 1)]
    [InlineData(1_001, 0, 0, 0, 2)]
    [InlineData(90_061_000, 1, 1, 1, 1)]
    [InlineData(-5, 0, 0, 0, 0)]
    public async Task A_countdown_shows_zero_only_when_it_is_over(
        double leftMs, int days, int hours, int minutes, int seconds)
    {
        var parts = await stage.Modules.RunAsync<int[]>(
            "/js/countdown.js", "return Object.values(m.split(x));", leftMs);
        parts.ShouldBe([days, hours, minutes, seconds]);
    }

    [Theory]
    [InlineData("{opens: 600_000, isToldBefore: false}", 0, "before", 525_000)]
    [InlineData("{opens: 600_000, isToldBefore: false}", 599_999, "before", 525_000)]
    [InlineData("{opens: 600_000, isToldBefore: true}", 530_000, "open", 600_000)]
    [InlineData("{opens: 600_000, isToldBefore: false}", 600_000, "open", 600_000)]
    [InlineData("{opens: 600_000, isToldBefore: true}", 1_199_999, "open", 600_000)]
    [InlineData("{opens: 600_000, isToldBefore: true}", 1_200_000, null, 0)]
    public async Task A_reminder_comes_before_the_opening_and_at_it_and_not_long_after(
        string kept, int now, string? what, int at)
    {
        var next = await stage.Modules.RunAsync<Reminder?>("/js/reminders.js", $"return m.nextOf({kept}, {now});");
        next.ShouldBe(what is null ? null : new Reminder(what, at));
    }

    /// <summary>A reminder.</summary>
    public sealed record Reminder(string What, int At);
}
