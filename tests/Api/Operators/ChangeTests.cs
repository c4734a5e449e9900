using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>More time to pay, and another schedule.</summary>
[Collection(SaleTests.Name)]
public sealed class ChangeTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Extended_holds_are_shown_with_their_new_payBy_at_once_and_live()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var payBy = InstantOf((await _sale.ReadOrderAsync(order, user)).Is(200)["payBy"]!);
        await using var viewer = await Viewer.OpenAsync(
            _sale.Client, $"/api/me/live?batch={batch}", _sale.Sign.Bearer(user));
        InstantOf((await viewer.NextAsync("order")).GetProperty("payBy").GetString()!).ShouldBe(payBy);

        (await ExtendAsync(batch, 600, "e")).Is(200)["id"].ShouldBe(batch);
        InstantOf((await viewer.NextAsync("order")).GetProperty("payBy").GetString()!)
            .ShouldBe(payBy.AddSeconds(600));
        InstantOf((await _sale.ReadOrderAsync(order, user)).Is(200)["payBy"]!).ShouldBe(payBy.AddSeconds(600));
        (await ExtendAsync(batch, 600, "e")).Is(200);
        (await ExtendAsync(batch, 601, "e")).IsRefusal(409, "conflict");
        (await _sale.OperateAsync(batch, "pause", key: "e")).IsRefusal(409, "conflict");
        InstantOf((await _sale.ReadOrderAsync(order, user)).Is(200)["payBy"]!).ShouldBe(payBy.AddSeconds(600));
        (await ExtendAsync(batch, 86_400)).Is(200);
        (await _sale.AuditAsync(batch)).Units.Held.ShouldBe(1);
    }

    [Fact]
    public async Task A_checkout_that_has_ended_is_opened_anew_for_an_extended_order_and_can_be_paid()
    {
        var (batch, user) = (await _sale.CreateAsync(windowSeconds: 60), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var first = (await _sale.CheckOutAsync(order, user)).Is(200);
        (await ExtendAsync(batch, 600)).Is(200);
        var same = (await _sale.CheckOutAsync(order, user)).Is(200);
        same["checkoutUrl"].ShouldBe(first["checkoutUrl"], "it is still open");
        same["expiresAt"].ShouldNotBe(first["expiresAt"]);

        _sale.Clock.Advance(TimeSpan.FromSeconds(65));
        var second = (await _sale.CheckOutAsync(order, user)).Is(200);
        second["checkoutUrl"].ShouldNotBe(first["checkoutUrl"]);
        (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"].ShouldBe(second["checkoutUrl"]);
        (await _sale.DecideAsync(second["checkoutUrl"]!, "paid")).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
        (await _sale.AuditAsync(batch)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_schedule_is_on_the_board_in_the_calendar_and_live_and_reservations_follow_it()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        var board = (await _sale.BoardAsync(batch)).Is(200);
        var schedule = ScheduleOf(board);
        await using var viewer = await Viewer.OpenAsync(_sale.Client, $"/api/batches/{batch}/live");
        await viewer.NextAsync("board");
        var (closes, opens) = (Shifted(schedule, "reservationCloses", 5), Shifted(schedule, "saleOpens", 30));

        (await RescheduleAsync(batch, schedule)).Is(200)["schedule.saleOpens"].ShouldBe(opens);
        JsonElement live = default;
        do live = await viewer.NextAsync("board");
        while (live.GetProperty("schedule").GetProperty("saleOpens").GetString() != opens);
        (await _sale.BoardAsync(batch)).Is(200)["schedule.reservationCloses"].ShouldBe(closes);
        (await _sale.Client.GetAsync($"/api/batches/{batch}/calendar.ics")).Is(200).Text.ShouldContain(
            InstantOf(opens).ToString("'DTSTART:'yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));

        // The first closing has passed, and the one in force has not.
        _sale.Clock.AdvanceTo(InstantOf(board["schedule.reservationCloses"]!).AddSeconds(1));
        (await _sale.ReserveAsync(batch, user)).Is(201);
        _sale.Clock.AdvanceTo(InstantOf(closes).AddSeconds(1));
        (await _sale.ReserveAsync(batch, _sale.NewUser())).IsRefusal(409, "reservation-closed");
        _sale.Clock.AdvanceTo(InstantOf(board["schedule.saleOpens"]!).AddSeconds(1));
        (await _sale.BuyAsync(batch, user)).IsRefusal(409, "sale-not-open")["opensAt"].ShouldBe(opens);
        _sale.Clock.AdvanceTo(InstantOf(opens).AddSeconds(1));
        (await _sale.BuyAsync(batch, user)).Is(201);
        (await _sale.AuditAsync(batch)).Units.Held.ShouldBe(1);
    }

    [Fact]
    public async Task A_front_with_the_old_schedule_in_its_copy_lets_the_batch_decide_and_tells_the_new_opening()
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        var schedule = ScheduleOf((await _sale.BoardAsync(batch)).Is(200));
        var before = InstantOf((string)schedule["saleOpens"]!);
        var opens = Shifted(schedule, "saleOpens", 20);
        // Not through this front, so its copy stays as it is until its next poll.
        var command = new OperatorCommand(
            OperatorAction.Reschedule, 0, "later", _sale.AliasOf(batch, "staff:op"), default,
            Schedule: schedule.Deserialize(OrleansSale.Api.Sales.Boards.BoardJson.Wire.ScheduleBody)!.ToSchedule());
        var grains = _sale.Front.Services.GetRequiredService<IGrainFactory>();
        (await _sale.BoardAsync(batch)).Is(200)["schedule.saleOpens"].ShouldBe(Offer.Stamp(before));
        (await grains.GetGrain<ISaleBatchGrain>(batch).OperateAsync(command)).Value.ShouldBe(Effect.Done);
        _sale.Clock.AdvanceTo(before.AddMilliseconds(1));
        (await _sale.BuyAsync(batch, _sale.NewUser())).IsRefusal(409, "sale-not-open")["opensAt"].ShouldBe(opens);
    }

    [Fact]
    public async Task What_has_passed_or_would_be_in_the_past_is_refused_and_changes_nothing()
    {
        var batch = await _sale.CreateAsync(Stage.OnSale);
        await _sale.OrderAsync(batch, _sale.NewUser());
        var (head, board) = (await _sale.HeadAsync(batch), (await _sale.BoardAsync(batch)).Is(200));
        var passed = ScheduleOf(board);
        Shifted(passed, "saleOpens", 1);
        (await RescheduleAsync(batch, passed)).IsRefusal(409, "conflict")["detail"]!.ShouldContain("saleOpens");
        var past = ScheduleOf(board);
        past["saleCloses"] = Offer.Stamp(_sale.Clock.GetUtcNow().AddSeconds(-1));
        (await RescheduleAsync(batch, past)).IsRefusal(400, "invalid-request", "schedule.saleCloses")["fault"]
            .ShouldBe("past");
        var disorder = ScheduleOf(board);
        disorder["saleCloses"] = disorder["reservationOpens"]!.DeepClone();
        (await RescheduleAsync(batch, disorder)).IsRefusal(400, "invalid-request", "schedule.saleCloses");
        foreach (var seconds in (JsonNode?[])[0, -1, 86_401, 1.5, "60", null])
            (await _sale.Client.PostAsync(
                $"/api/operator/batches/{batch}/extend", _sale.Operator,
                new JsonObject { ["seconds"] = seconds, ["reason"] = "x" }))
                .IsRefusal(400, "invalid-request", "seconds");
        (await ExtendAsync(batch, 1, new string('k', 65))).IsRefusal(400, "invalid-request", "Idempotency-Key");
        foreach (var (action, field) in ((string, string)[])
            [("extend", "seconds"), ("reschedule", "schedule"), ("recall", "orders")])
            (await _sale.Client.PostAsync($"/api/operator/batches/{batch}/{action}", _sale.Operator))
                .IsRefusal(400, "invalid-request", field);
        (await ExtendAsync("nowhere", 1)).IsRefusal(404, "not-found");
        (await RescheduleAsync("nowhere", ScheduleOf(board))).IsRefusal(404, "not-found");
        (await _sale.HeadAsync(batch)).ShouldBe(head);

        (await _sale.OperateAsync(batch, "close")).Is(200);
        var later = ScheduleOf(board);
        Shifted(later, "saleCloses", 1);
        (await RescheduleAsync(batch, later)).IsRefusal(409, "sale-closed");
        (await ExtendAsync(batch, 1)).Is(200);
    }

    [Fact]
    public async Task A_key_binds_the_schedule_that_it_set()
    {
        var batch = await _sale.CreateAsync();
        var schedule = ScheduleOf((await _sale.BoardAsync(batch)).Is(200));
        (await RescheduleAsync(batch, schedule, "r")).Is(200);
        (await _sale.HeadAsync(batch)).Seq.ShouldBe(2, "the same schedule is no entry, and binds nothing");
        Shifted(schedule, "saleCloses", 10);
        (await RescheduleAsync(batch, schedule, "r")).Is(200);
        (await RescheduleAsync(batch, schedule, "r")).Is(200);
        Shifted(schedule, "saleCloses", 10);
        (await RescheduleAsync(batch, schedule, "r")).IsRefusal(409, "conflict");
        (await _sale.HeadAsync(batch)).Seq.ShouldBe(3);
    }

    private Task<Answer> ExtendAsync(string batch, int seconds, string? key = null) => _sale.Client.PostAsync(
        $"/api/operator/batches/{batch}/extend", _sale.Operator,
        new JsonObject { ["seconds"] = seconds, ["reason"] = "the provider was down" }, key);

    private Task<Answer> RescheduleAsync(string batch, JsonObject schedule, string? key = null) =>
        _sale.Client.PostAsync(
            $"/api/operator/batches/{batch}/reschedule", _sale.Operator,
            new JsonObject { ["schedule"] = schedule.DeepClone(), ["reason"] = "the units are late" }, key);

    private static JsonObject ScheduleOf(Answer board) =>
        JsonNode.Parse(board.Member("schedule").GetRawText())!.AsObject();

    private static string Shifted(JsonObject schedule, string instant, int minutes)
    {
        var shifted = Offer.Stamp(InstantOf((string)schedule[instant]!).AddMinutes(minutes));
        schedule[instant] = shifted;
        return shifted;
    }

    private static DateTimeOffset InstantOf(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
