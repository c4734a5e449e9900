using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Line;

/// <summary>A purchase with standby takes a place in the line if the units are gone.</summary>
[Collection(SaleTests.Name)]
public sealed class JoiningTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_place_is_told_whole_with_its_address_and_a_repeat_is_the_same_place()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale, limit: 2), _sale.NewUser());
        var made = (await _sale.StandByAsync(batch.Id, user, "k", quantity: 2)).Is(202);
        made.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        made.Header("Location").ShouldBe($"/api/batches/{batch.Id}/place");
        made.Header("Cache-Control").ShouldBe("no-store");
        made.Names.ShouldBe(["batch", "user", "place", "ahead", "quantity", "state", "joinedAt", "estimate"]);
        (made["batch"], made["user"], made["state"]).ShouldBe((batch.Id, user, "waiting"));
        (made.Number("place"), made.Number("ahead"), made.Number("quantity")).ShouldBe((1, 0, 2));
        made.Instant("joinedAt").ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));
        // One unit is held, and nobody waits before them. No unit came back yet.
        made["estimate.outlook"].ShouldBe("unknown");
        made.Member("estimate.seconds").ValueKind.ShouldBe(JsonValueKind.Undefined);
        (await _sale.Client.GetAsync(made.Header("Location")!, _sale.Sign.Bearer(user))).Is(200)
            .Text.ShouldBe(made.Text);

        foreach (var key in (string?[])["k", null])
            (await _sale.StandByAsync(batch.Id, user, key, quantity: 2)).Is(202).Text.ShouldBe(made.Text);
        (await _sale.BuyAsync(batch.Id, user)).Is(202).Text.ShouldBe(made.Text, "a repeat need not say it again");
        (await _sale.BuyAsync(batch.Id, user, "k", 1)).IsRefusal(409, "conflict");
        (await _sale.StandByAsync(batch.Id, user, "k")).IsRefusal(409, "conflict");
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(batch.Id)).Number("standby") == 1, "one waits, by the board");

        var second = (await _sale.StandByAsync(batch.Id, _sale.NewUser())).Is(202);
        (second.Number("place"), second.Number("ahead")).ShouldBe((2, 1));
        second["estimate.outlook"].ShouldBe("unlikely", "as many wait before them as there are units");
        (await _sale.AuditAsync(batch.Id)).Sound.ShouldBeTrue();
    }

    [Fact]
    public async Task A_double_click_is_one_place()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _sale.StandByAsync(batch.Id, user)));
        answers.ShouldAllBe(answer => answer.Status == 202);
        answers.Select(answer => answer.Number("place")).Distinct().ShouldBe([1]);
    }

    [Fact]
    public async Task Whoever_stands_by_while_there_are_units_gets_an_order()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        var order = (await _sale.StandByAsync(batch, user)).Is(201);
        order.Names.ShouldNotContain("place");
        (await _sale.StandByAsync(batch, user)).Is(200)["id"].ShouldBe(order["id"]);
        (await _sale.PlaceAsync(batch, user)).Is(204);
    }

    [Fact]
    public async Task Sold_out_says_whether_the_line_can_be_joined_by_the_front_s_copy_and_by_the_batch()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, stock: 2, standbyLimit: 1);
        // The batch itself answers whoever it knows.
        var known = batch.Holders[1].User;
        (await _sale.CancelAsync(batch.Holders[1].Order, known)).Is(200);
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(batch.Id)).Number("free") == 1, "the front knows that a unit is free");
        await _sale.OrderAsync(batch.Id, _sale.NewUser());
        await SaysAsync(true);

        (await LineAsync("suspend-line")).Is(200).Member("standbyOpen").GetBoolean().ShouldBeFalse();
        await SaysAsync(false);
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "sold-out");
        (await LineAsync("resume-line")).Is(200).Member("standbyOpen").GetBoolean().ShouldBeTrue();
        await SaysAsync(true);

        await _sale.StandByAsync(batch.Id, _sale.NewUser());
        await SaysAsync(false);
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "line-full");

        async Task SaysAsync(bool isOpen)
        {
            await Eventually.HoldsAsync(
                async () => await _sale.BoardAsync(batch.Id) is var board && board["phase"] == "sold-out"
                    && board.Member("standbyOpen").GetBoolean() == isOpen,
                "the front's copy has caught up");
            foreach (var user in (string[])[known, _sale.NewUser()])
            {
                (await _sale.BuyAsync(batch.Id, user)).IsRefusal(409, "sold-out").Member("standby").GetBoolean()
                    .ShouldBe(isOpen, user);
            }
        }

        Task<Answer> LineAsync(string action) =>
            _sale.Client.PostAsync($"/api/operator/batches/{batch.Id}/{action}", _sale.Operator);
    }

    [Fact]
    public async Task A_batch_whose_limit_is_0_has_no_line()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, standbyLimit: 0);
        foreach (var answer in (Answer[])
        [
            await _sale.BuyAsync(batch.Id, _sale.NewUser()), await _sale.StandByAsync(batch.Id, _sale.NewUser()),
            await _sale.Client.BuyAsync(
                batch.Id, _sale.Sign.Bearer(_sale.NewUser()), body: """{"standby":true}"""),
        ])
        {
            answer.IsRefusal(409, "sold-out").Member("standby").GetBoolean().ShouldBeFalse();
        }
        (await _sale.BoardAsync(batch.Id)).Number("standbyLimit").ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_limit_as_many_may_wait_as_there_are_units()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, stock: 2, standbyLimit: null);
        (await _sale.BoardAsync(batch.Id)).Number("standbyLimit").ShouldBe(2);
        for (var place = 0; place < 2; place++) (await _sale.StandByAsync(batch.Id, _sale.NewUser())).Is(202);
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "line-full");
    }

    [Fact]
    public async Task Only_who_has_reserved_may_join_and_a_token_is_looked_up()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        var body = new JsonObject { ["standby"] = true };
        (await _sale.Client.BuyAsync(batch.Id, _sale.Sign.Bearer(user), body: body)).IsRefusal(403, "not-reserved");
        (await _sale.Client.BuyAsync(batch.Id, _sale.Sign.Bearer(user))).IsRefusal(409, "sold-out");
        await _sale.RegisterAsync(batch.Id, user);
        (await _sale.Client.BuyAsync(batch.Id, _sale.Sign.Bearer(user), body: body)).Is(202).Number("place")
            .ShouldBe(1);
        body["ticket"] = "forged";
        (await _sale.Client.BuyAsync(batch.Id, _sale.Sign.Bearer(user), body: body)).IsRefusal(403, "ticket-invalid");
        (await _sale.StandByAsync(batch.Id, _sale.NewUser("twitter"))).IsRefusal(403, "not-eligible");
    }

    [Fact]
    public async Task A_user_has_one_place_and_it_counts_towards_the_limit()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale, limit: 2), _sale.NewUser());
        (await _sale.StandByAsync(batch.Id, user, "one")).Is(202);
        var second = (await _sale.StandByAsync(batch.Id, user, "two")).IsRefusal(409, "limit-reached");
        (second["limit"], second.Number("maximum")).ShouldBe(("places", 1));
        var over = (await _sale.StandByAsync(batch.Id, user, "three", quantity: 2)).IsRefusal(409, "limit-reached");
        (over["limit"], over.Number("maximum")).ShouldBe(("units", 2));
        var more = (await _sale.StandByAsync(batch.Id, _sale.NewUser(), quantity: 3)).IsRefusal(409, "limit-reached");
        (more["limit"], more.Number("maximum")).ShouldBe(("units", 2));

        // A refusal binds no key.
        (await _sale.LeaveAsync(batch.Id, user)).Is(204);
        (await _sale.StandByAsync(batch.Id, user, "two", quantity: 2)).Is(202).Number("place").ShouldBe(2);
        var first = (await _sale.StandByAsync(batch.Id, user, "one")).Is(202);
        (first.Number("place"), first["state"]).ShouldBe((1, "left"), "a key names its place for ever");
    }

    [Fact]
    public async Task Ten_ended_places_are_the_limit()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        for (var place = 0; place < 10; place++)
        {
            (await _sale.StandByAsync(batch.Id, user)).Is(202);
            (await _sale.LeaveAsync(batch.Id, user)).Is(204);
        }
        var over = (await _sale.StandByAsync(batch.Id, user)).IsRefusal(409, "limit-reached");
        (over["limit"], over.Number("maximum")).ShouldBe(("ended-orders", 10));
    }

    [Fact]
    public async Task A_repeat_is_answered_while_the_sale_is_paused_or_over_and_others_are_refused()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        (await _sale.StandByAsync(batch.Id, user, "k")).Is(202);
        await _sale.OperateAsync(batch.Id, "pause");
        (await _sale.StandByAsync(batch.Id, user, "k")).Is(202)["state"].ShouldBe("waiting");
        (await _sale.BuyAsync(batch.Id, user)).Is(202);
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(503, "paused");
        await _sale.OperateAsync(batch.Id, "close");
        var ended = (await _sale.StandByAsync(batch.Id, user, "k")).Is(202);
        ended["state"].ShouldBe("ended");
        ended.Names.ShouldNotContain("estimate");
        (await _sale.StandByAsync(batch.Id, user)).IsRefusal(409, "sale-closed");
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "sale-closed");
        (await _sale.PlaceAsync(batch.Id, user)).Is(200)["state"].ShouldBe("ended");
        (await _sale.LeaveAsync(batch.Id, user)).Is(204);
    }

    [Fact]
    public async Task Before_the_opening_nobody_joins()
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        (await _sale.StandByAsync(batch, _sale.NewUser())).IsRefusal(409, "sale-not-open");
    }
}
