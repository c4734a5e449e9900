using System.Globalization;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Health;

/// <summary>The clock of an engine jumps ahead and is set back while it sells.</summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private const int WindowSeconds = 3 * 60 * 60;

    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Board_and_purchase_go_by_the_same_time_and_operators_are_told()
    {
        (await _sale.ReadyAsync()).ShouldBe(["ready"]);
        // No hold ends here by itself, so every batch has something left to do. The sold one does not close.
        var sold = await _sale.CreateAsync(
            windowSeconds: WindowSeconds,
            change: terms => terms["schedule"]!["saleCloses"] = _sale.Clock.GetUtcNow().AddDays(1).ToString("O"));
        var closed = await _sale.CreateAsync(windowSeconds: WindowSeconds);
        var waiting = await _sale.CreateAsync(Stage.Reserving);
        foreach (var batch in (string[])[sold, closed]) await _sale.OrderAsync(batch, _sale.NewUser());

        // At half an hour ahead, a unit is sold. After the closing, an operator withdraws a unit.
        _sale.Clock.Advance(TimeSpan.FromMinutes(30));
        await JumpIsToldAsync("ahead by 1800.0 s");
        var user = _sale.NewUser();
        var order = await _sale.OrderAsync(sold, user);
        _sale.Clock.Advance(TimeSpan.FromMinutes(40));
        await JumpIsToldAsync("ahead by 2400.0 s");
        (await _sale.OperateAsync(closed, "withdraw", units: 1)).Is(200);
        (await _sale.OperateAsync(waiting, "withdraw", units: 1)).Is(200);
        _sale.Clock.Advance(-TimeSpan.FromMinutes(70));
        await JumpIsToldAsync("back by 4200.0 s");

        // None of the three batches has the clock's time. Each time is reported, and each stays.
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(closed))["phase"] == "closed", "the board is closed");
        (await _sale.BuyAsync(closed, _sale.NewUser())).IsRefusal(409, "sale-closed");
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(waiting))["phase"] == "waiting", "reservations are closed");
        (await _sale.ReserveAsync(waiting, _sale.NewUser())).IsRefusal(409, "reservation-closed");
        var board = await _sale.BoardAsync(sold);
        board["phase"].ShouldBe("on-sale");
        Instant(board["serverTime"]).ShouldBe(_sale.Clock.GetUtcNow().AddMinutes(30), TimeSpan.FromSeconds(20));
        var next = await _sale.BuyAsync(sold, _sale.NewUser());
        (Instant(next.Is(201)["payBy"]) - Instant((await _sale.BoardAsync(sold))["serverTime"]))
            .ShouldBe(TimeSpan.FromSeconds(WindowSeconds), TimeSpan.FromSeconds(20));
        (await _sale.CheckOutAsync(order, user)).Is(200);

        // So is the closed batch, although by the clock its sale is open.
        await Eventually.HoldsAsync(
            async () => (await FaultsAsync()).Count(fault => fault["batch"] is not null) == 3, "all are listed");
        foreach (var fault in await FaultsAsync()) ((string)fault["kind"]!).ShouldBe("clock");
        (await FaultsAsync()).Single(fault => fault["batch"] is null)["detail"]!.ToString()
            .ShouldContain("back by 4200.0 s");
        (await _sale.Client.GetAsync("/metrics", _sale.Operator)).Is(200)
            .Text.ShouldMatch("""(?m)^sale_clock_lead_seconds\{.*\} 4[12]\d\d""");
        await _sale.AuditAsync(sold);
    }

    private async Task JumpIsToldAsync(string how) => await Eventually.HoldsAsync(
        async () => (await _sale.ReadyAsync()).ElementAtOrDefault(1)?.StartsWith(
            $"clock: the clock jumped {how}", StringComparison.Ordinal) == true,
        $"readiness says {how}");

    private static DateTimeOffset Instant(string? text) => DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture);

    private async Task<JsonObject[]> FaultsAsync() =>
        [.. JsonNode.Parse((await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200)
            .Text)!["items"]!.AsArray()
            .Select(item => item!.AsObject())];
}
