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
        const board = { phase: 'announced', paused: false, free: 5, stock: 5, perUserLimit: 1, channel: 'weibo', schedule: {
          reservationOpens: at(100), reservationCloses: at(200), saleOpens: at(300), saleCloses: at(400) } };
        const order = status => ({ id: 'b.1', status, quantity: 1, payBy: at(350), heldAt: at(301) });
        const facts = { board, now: 0, user: 'weibo:a', channel: 'weibo', isSessionKnown: true, reservation: 'none', orders: [],
          buying: { kind: 'idle' } };
        """;

    [Theory]
    [InlineData("{now: 50e3}", "announced", "reserve", false)]
    [InlineData("{now: 100e3}", "reserving", "reserve", true)]
    [InlineData("{now: 150e3, user: null, channel: null}", "reserving", "sign-in", true)]
    [InlineData("{now: 150e3, user: 'x:a', channel: 'x'}", "reserving", "switch-account", true)]
    [InlineData("{now: 150e3, reservation: 'held'}", "reserving", "buy", false)]
    [InlineData("{now: 200e3}", "waiting", "none", false)]
    [InlineData("{now: 299999, reservation: 'held'}", "waiting", "buy", false)]
    [InlineData("{now: 300e3, reservation: 'held'}", "on-sale", "buy", true)]
    [InlineData("{now: 300e3, reservation: 'unknown'}", "on-sale", "none", false)]
    [InlineData("{now: 300e3, reservation: 'held', buying: {kind: 'sending'}}", "on-sale", "buying", false)]
    [InlineData("{now: 310e3, reservation: 'held', orders: [order('awaiting-payment')]}", "on-sale", "pay", true)]
    [InlineData("{now: 350e3, reservation: 'held', orders: [order('awaiting-payment')]}", "on-sale", "none", false)]
    [InlineData("{now: 310e3, reservation: 'held', orders: [order('paid')]}", "on-sale", "none", false)]
    [InlineData("{now: 310e3, reservation: 'held', orders: [order('expired')]}", "on-sale", "buy", true)]
    [InlineData("{now: 310e3, reservation: 'held', orders: [order('paid')], board: {...board, perUserLimit: 2}}", "on-sale", "buy", true)]
    [InlineData("{now: 310e3, reservation: 'held', board: {...board, phase: 'sold-out', free: 0}}", "sold-out", "buy", false)]
    [InlineData("{now: 310e3, reservation: 'held', board: {...board, phase: 'sold-out', free: 1}}", "on-sale", "buy", true)]
    [InlineData("{now: 310e3, reservation: 'held', board: {...board, phase: 'waiting', paused: true}}", "paused", "buy", false)]
    [InlineData("{now: 150e3, board: {...board, phase: 'reserving', paused: true}}", "reserving", "reserve", true)]
    [InlineData("{now: 400e3, reservation: 'held'}", "closed", "none", false)]
    [InlineData("{now: 390e3, reservation: 'held', board: {...board, phase: 'closed'}}", "closed", "none", false)]
    [InlineData("{now: 390e3, orders: [order('awaiting-payment')], board: {...board, phase: 'closed'}}", "closed", "none", false)]
    [InlineData("{now: 340e3, orders: [order('awaiting-payment')], board: {...board, phase: 'closed'}}", "closed", "pay", true)]
    public async Task The_one_button_is_what_the_visitor_can_do_next(string known, string phase, string action, bool isOpen)
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var plan = await modules.RunAsync<Plan>("/js/journey.js", $"{Facts} return m.journey({{...facts, ...{known}}});");
        plan.ShouldSatisfyAllConditions(
            () => plan.Phase.ShouldBe(phase), () => plan.Action.ShouldBe(action), () => plan.IsOpen.ShouldBe(isOpen));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(1, 0, 0, 0, 1)]
    [InlineData(999, 0, 0, 0, 1)]
    [InlineData(1_001, 0, 0, 0, 2)]
    [InlineData(90_061_000, 1, 1, 1, 1)]
    [InlineData(-5, 0, 0, 0, 0)]
    public async Task A_countdown_shows_zero_only_when_it_is_over(double leftMs, int days, int hours, int minutes, int seconds)
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var parts = await modules.RunAsync<int[]>("/js/countdown.js", "return Object.values(m.split(x));", leftMs);
        parts.ShouldBe([days, hours, minutes, seconds]);
    }
}
