using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Line;

/// <summary>A place that outlived its sale: what its buyer and operators see of it, and how the buyer leaves.</summary>
public sealed class BacklogTests : IAsyncLifetime
{
    // Its own front, because the clock is moved.
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_place_in_the_backlog_says_which_batch_it_may_reach_and_then_where_it_was_carried()
    {
        var (first, users) = await EndedAsync(2);
        var kept = (await _sale.PlaceAsync(first, users[0])).Is(200);
        kept["state"].ShouldBe("ended");
        kept.Member("backlog").GetRawText().ShouldBe("{}");

        await NextAsync(0);
        var second = await NextAsync(1);
        var announced = (await _sale.PlaceAsync(first, users[0])).Is(200);
        announced["backlog.batch"].ShouldBe(second);
        announced.Instant("backlog.saleOpens").ShouldBe(
            (await _sale.BoardAsync(second)).Instant("schedule.saleOpens"));
        await OpenAsync(second);

        var carried = (await _sale.PlaceAsync(first, users[1])).Is(200);
        carried["state"].ShouldBe("carried");
        carried.Names.ShouldNotContain("backlog");
        (carried["carriedTo.batch"], carried.Number("carriedTo.place")).ShouldBe((second, 2));
        var there = (await _sale.PlaceAsync(second, users[1])).Is(200);
        (there["state"], there.Number("place")).ShouldBe(("waiting", 2));
        (there["origin.batch"], there.Number("origin.place")).ShouldBe((first, 2));
        (await _sale.PlaceAsync(second, users[0])).Is(200)["state"].ShouldBe("offered");
        await _sale.AuditAsync(first);
        await _sale.AuditAsync(second);
    }

    [Fact]
    public async Task The_batch_that_is_to_carry_a_place_in_tells_of_it_until_its_opening()
    {
        var (first, users) = await EndedAsync(2);
        var (without, second) = (await NextAsync(0), await NextAsync(1));
        var later = await _sale.CreateAsync(Stage.Announced, stock: 1, change: terms => terms["backlogUnits"] = 1);
        var kept = (await KeptAsync(second, users[1])).Is(200);
        (kept["batch"], kept.Number("place"), kept["backlog.batch"]).ShouldBe((first, 2, second));
        foreach (var batch in (string[])[first, without, later]) (await KeptAsync(batch, users[1])).Is(204);
        (await KeptAsync(second, _sale.NewUser())).Is(204);
        (await KeptAsync("nothing", users[1])).IsRefusal(404, "not-found");
        (await _sale.LeaveAsync(first, users[0])).Is(204);
        (await KeptAsync(second, users[0])).Is(204);
        await OpenAsync(second);
        (await KeptAsync(second, users[1])).Is(204);
    }

    [Fact]
    public async Task Nobody_is_promised_a_batch_of_their_channel_while_one_that_opens_before_it_takes_all_places()
    {
        var (first, users) = await EndedAsync(_sale.NewUser(), _sale.NewUser("twitter"));
        Task<string> SoldOnAsync(string channel, Stage stage) => _sale.CreateAsync(stage, stock: 1, change: terms =>
            (terms["backlogUnits"], terms["channel"]) = (1, channel));
        var later = await SoldOnAsync("twitter", Stage.Announced);
        (await KeptAsync(later, users[1])).Is(200)["backlog.batch"].ShouldBe(later);
        var sooner = await SoldOnAsync("weibo", Stage.Reserving);

        (await KeptAsync(sooner, users[0])).Is(200)["backlog.batch"].ShouldBe(sooner);
        (await _sale.PlaceAsync(first, users[0])).Is(200)["backlog.batch"].ShouldBe(sooner);
        (await KeptAsync(later, users[1])).Is(204);
        (await _sale.PlaceAsync(first, users[1])).Is(200).Names.ShouldNotContain("backlog");

        var spare = await SoldOnAsync("weibo", Stage.Reserving);
        (await _sale.OperateAsync(sooner, "close")).Is(200);
        (await KeptAsync(spare, users[0])).Is(200)["backlog.batch"].ShouldBe(spare);
        (await KeptAsync(later, users[1])).Is(204);
        await OpenAsync(spare);
        (await _sale.PlaceAsync(first, users[0])).Is(200)["carriedTo.batch"].ShouldBe(spare);
        var lost = (await _sale.PlaceAsync(first, users[1])).Is(200);
        lost["state"].ShouldBe("ended");
        lost.Names.ShouldNotContain("backlog");
        (await KeptAsync(later, users[1])).Is(204);
    }

    [Fact]
    public async Task A_hidden_batch_takes_the_backlog_and_only_its_own_page_says_so()
    {
        var (first, users) = await EndedAsync(1);
        var (second, third) = (await NextAsync(1),
            await _sale.CreateAsync(Stage.Announced, stock: 1, change: terms => terms["backlogUnits"] = 1));
        (await _sale.OperateAsync(second, "hide")).Status.ShouldBeLessThan(300);
        (await _sale.PlaceAsync(first, users[0])).Is(200).Member("backlog").GetRawText().ShouldBe("{}");
        (await KeptAsync(third, users[0])).Is(204);
        (await KeptAsync(second, users[0])).Is(200)["backlog.batch"].ShouldBe(second);
        await OpenAsync(second);
        (await _sale.PlaceAsync(first, users[0])).Is(200)["carriedTo.batch"].ShouldBe(second);
    }

    [Fact]
    public async Task A_buyer_leaves_the_backlog_and_the_line_that_their_place_was_carried_to()
    {
        var (first, users) = await EndedAsync(3);
        (await _sale.LeaveAsync(first, users[0])).Is(204);
        (await _sale.PlaceAsync(first, users[0])).Is(200)["state"].ShouldBe("left");
        var second = await NextAsync(1);
        await OpenAsync(second);
        (await _sale.PlaceAsync(second, users[0])).Is(204);

        (await _sale.LeaveAsync(first, users[1])).IsRefusal(409, "conflict");
        (await _sale.LeaveAsync(first, users[2])).Is(204);
        (await _sale.LeaveAsync(first, users[2])).Is(204);
        (await _sale.PlaceAsync(second, users[2])).Is(200)["state"].ShouldBe("left");
        (await _sale.PlaceAsync(first, users[2])).Is(200)["state"].ShouldBe("carried");
    }

    [Fact]
    public async Task A_buyer_whose_place_was_carried_twice_leaves_from_any_of_its_batches()
    {
        var (first, users) = await EndedAsync(3);
        var second = await NextAsync(1);
        await OpenAsync(second);
        (await _sale.OperateAsync(second, "close")).Is(200);
        await Eventually.HoldsAsync(async () => (await RangesAsync()).Is(200).Items.Length > 1, "it is handed over");
        var third = await NextAsync(1);
        await OpenAsync(third);
        (await _sale.PlaceAsync(third, users[2])).Is(200)["state"].ShouldBe("waiting");

        (await _sale.LeaveAsync(first, users[1])).IsRefusal(409, "conflict");
        (await _sale.LeaveAsync(first, users[2])).Is(204);
        (await _sale.PlaceAsync(third, users[2])).Is(200)["state"].ShouldBe("left");
        (await _sale.LeaveAsync(second, users[2])).Is(204);
        await _sale.AuditAsync(third);
    }

    [Fact]
    public async Task An_operator_who_removes_a_place_that_was_carried_is_told_where_it_lives_now()
    {
        var (first, users) = await EndedAsync(3);
        (await RemoveAsync(first, 1)).Is(204);
        var second = await NextAsync(1);
        await OpenAsync(second);
        (await _sale.PlaceAsync(second, users[0])).Is(204);
        (await RemoveAsync(first, 1)).Is(204);

        (await RemoveAsync(first, 2)).IsRefusal(409, "conflict")["detail"]
            .ShouldBe($"it was carried to batch {second}: remove place 1 there");
        (await RemoveAsync(first, 3)).IsRefusal(409, "conflict")["detail"]
            .ShouldBe($"it was carried to batch {second}: remove place 2 there");
        (await RemoveAsync(second, 2)).Is(204);
        (await _sale.PlaceAsync(second, users[2])).Is(200)["state"].ShouldBe("removed");
        (await RemoveAsync(first, 3)).Is(204);
        await _sale.AuditAsync(first);
        await _sale.AuditAsync(second);
    }

    [Fact]
    public async Task Operators_see_the_backlog_and_drop_a_range_that_nobody_has_taken()
    {
        const string Path = "/api/operator/products/mi2/backlog";
        (await _sale.Client.GetAsync(Path, _sale.Operator)).IsRefusal(404, "not-found");
        var (first, users) = await EndedAsync(2);
        var listed = (await _sale.Client.GetAsync(Path, _sale.Operator)).Is(200);
        listed.Header("Cache-Control").ShouldBe("no-store");
        var range = listed.Items.ShouldHaveSingleItem();
        Answer.NamesOf(range).ShouldBe(["batch", "places", "endedAt", "state"]);
        range.GetProperty("batch").GetString().ShouldBe(first);
        (range.GetProperty("places").GetInt32(), range.GetProperty("state").GetString()).ShouldBe((2, "waiting"));

        foreach (var by in (string?[])[null, _sale.Sign.Bearer(users[0])])
        {
            (await _sale.Client.GetAsync(Path, by)).Status.ShouldBe(by is null ? 401 : 403);
            (await DropAsync(first, "test", by)).Status.ShouldBe(by is null ? 401 : 403);
        }
        (await DropAsync("nothing", "test", _sale.Operator)).IsRefusal(404, "not-found");
        foreach (var reason in (string?[])[null, "", " ", new string('r', 501), "\u0007"])
            (await DropAsync(first, reason, _sale.Operator)).IsRefusal(400, "invalid-request", "reason");
        (await DropAsync(first, "no more of it", _sale.Operator)).Is(204);
        (await DropAsync(first, "again", _sale.Operator)).Is(204);
        var dropped = (await _sale.ExportAsync(first)).Split('\n')
            .Where(line => line.Contains("backlog-dropped", StringComparison.Ordinal)).ShouldHaveSingleItem();
        dropped.ShouldContain("\"reason\":\"no more of it\"");
        dropped.ShouldContain($"\"by\":\"{_sale.Sign.AliasOf("staff:op", first)}\"");
        (await _sale.Client.GetAsync(Path, _sale.Operator)).Is(200).Items.Single().GetProperty("state").GetString()
            .ShouldBe("dropped");
        (await _sale.PlaceAsync(first, users[0])).Is(200).Names.ShouldNotContain("backlog");
        await OpenAsync(await NextAsync(1));
        (await _sale.PlaceAsync(first, users[0])).Is(200)["state"].ShouldBe("ended");
        await _sale.AuditAsync(first);
    }

    [Fact]
    public async Task A_range_that_was_taken_cannot_be_dropped()
    {
        var (first, _) = await EndedAsync(1);
        await OpenAsync(await NextAsync(1));
        (await DropAsync(first, "test", _sale.Operator)).IsRefusal(409, "conflict");
        (await _sale.ExportAsync(first)).ShouldNotContain("backlog-dropped");
    }

    [Fact]
    public async Task More_units_for_the_backlog_than_there_are_is_a_field_that_is_wrong()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Announced, 3, 1, 900);
        terms["backlogUnits"] = 4;
        (await _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms))
            .IsRefusal(400, "invalid-request", "backlogUnits");
        terms["backlogUnits"] = 3;
        (await _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms)).Is(201)
            .Number("backlogUnits").ShouldBe(3);
    }

    // A batch that was closed while users waited, and has handed them over.
    private Task<(string Batch, string[] Users)> EndedAsync(int waiting) =>
        EndedAsync([.. Enumerable.Range(0, waiting).Select(_ => _sale.NewUser())]);

    private async Task<(string Batch, string[] Users)> EndedAsync(params string[] users)
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, channels: ["weibo", "twitter"]);
        foreach (var user in users)
        {
            await _sale.RegisterAsync(batch.Id, user);
            (await _sale.StandByAsync(batch.Id, user)).Is(202);
        }
        (await _sale.OperateAsync(batch.Id, "close")).Is(200);
        await Eventually.HoldsAsync(async () => (await RangesAsync()).Is(200).Items.Length > 0, "it is handed over");
        return (batch.Id, users);
    }

    private Task<Answer> KeptAsync(string batch, string user) =>
        _sale.Client.GetAsync($"/api/batches/{batch}/place/kept", _sale.Sign.Bearer(user));

    private Task<Answer> RangesAsync() => _sale.Client.GetAsync("/api/operator/products/mi2/backlog", _sale.Operator);

    private Task<Answer> DropAsync(string batch, string? reason, string? by) => _sale.Client.SendAsync(
        "DELETE", $"/api/operator/products/mi2/backlog/{batch}"
            + (reason is null ? "" : $"?reason={Uri.EscapeDataString(reason)}"), by);

    private Task<Answer> RemoveAsync(string batch, long place) => _sale.Client.SendAsync(
        "DELETE", $"/api/operator/batches/{batch}/line/{place}?reason=mistake", _sale.Operator);

    private Task<string> NextAsync(int backlogUnits) =>
        _sale.CreateAsync(Stage.Reserving, stock: 1, change: terms => terms["backlogUnits"] = backlogUnits);

    private async Task OpenAsync(string batch)
    {
        _sale.Clock.AdvanceTo((await _sale.BoardAsync(batch)).Instant("schedule.saleOpens"));
        await Eventually.HoldsAsync(
            async () => (await _sale.ExportAsync(batch)).Contains("backlog-carried", StringComparison.Ordinal),
            "all are carried");
    }
}
