namespace OrleansSale.Tests.Api.Line;

/// <summary>The caller's own place: read, left, offered, taken.</summary>
[Collection(SaleTests.Name)]
public sealed class PlaceTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_place_is_its_owner_s_and_to_others_there_is_none()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        var path = $"/api/batches/{batch.Id}/place";
        (await _sale.PlaceAsync(batch.Id, user)).Is(204);
        await _sale.StandByAsync(batch.Id, user);
        var place = (await _sale.PlaceAsync(batch.Id, user)).Is(200);
        (place.Number("place"), place.Header("Cache-Control")).ShouldBe((1, "no-store"));

        foreach (var method in (string[])["GET", "DELETE"])
        {
            foreach (var by in (string?[])[null, "Bearer rubbish", "Ticket " + _sale.Sign.Ticket(user, batch.Id)])
                (await _sale.Client.SendAsync(method, path, by)).IsRefusal(401, "unauthenticated");
            (await _sale.Client.SendAsync(method, "/api/batches/nowhere/place", _sale.Sign.Bearer(user)))
                .IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync(method, "/api/batches/No%20where/place", _sale.Sign.Bearer(user)))
                .IsRefusal(404, "not-found");
        }
        (await _sale.PlaceAsync(batch.Id, _sale.NewUser("twitter"))).Is(204);
        (await _sale.PlaceAsync(batch.Id, _sale.NewUser())).Is(204);
        (await _sale.PlaceAsync(batch.Id, "staff:op")).Is(204);
        (await _sale.PlaceAsync(batch.Id, user)).Is(200).Text.ShouldBe(place.Text);
    }

    [Fact]
    public async Task Leaving_ends_the_place_and_may_be_repeated()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var (first, second) = (_sale.NewUser(), _sale.NewUser());
        foreach (var user in (string[])[first, second]) await _sale.StandByAsync(batch.Id, user);
        (await _sale.LeaveAsync(batch.Id, first)).Is(204).Text.ShouldBeEmpty();
        (await _sale.LeaveAsync(batch.Id, first)).Is(204);
        (await _sale.LeaveAsync(batch.Id, _sale.NewUser())).Is(204);
        (await _sale.LeaveAsync(batch.Id, _sale.NewUser("twitter"))).Is(204);

        var left = (await _sale.PlaceAsync(batch.Id, first)).Is(200);
        (left["state"], left.Number("ahead")).ShouldBe(("left", 0));
        left.Names.ShouldNotContain("estimate");
        (await _sale.PlaceAsync(batch.Id, second)).Number("ahead").ShouldBe(0);
        (await _sale.StandByAsync(batch.Id, first)).Is(202).Number("place").ShouldBe(3, "they stand behind");
        (await _sale.ExportAsync(batch.Id)).Split("\"type\":\"left\"").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_free_unit_is_offered_and_the_place_names_the_order_and_the_order_the_place()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, offerWindowSeconds: 77);
        var (first, second) = (_sale.NewUser(), _sale.NewUser());
        foreach (var user in (string[])[first, second]) await _sale.StandByAsync(batch.Id, user, "k");
        await batch.FreeOneAsync(_sale);

        var offered = (await _sale.PlaceAsync(batch.Id, first)).Is(200);
        (offered["state"], offered.Number("ahead")).ShouldBe(("offered", 0));
        offered.Names.ShouldNotContain("estimate");
        var order = (await _sale.ReadOrderAsync(offered["order"]!, first)).Is(200);
        (order["status"], order.Number("place"), order.Number("quantity")).ShouldBe(("awaiting-payment", 1, 1));
        (order.Instant("payBy") - order.Instant("heldAt")).ShouldBe(TimeSpan.FromSeconds(77));
        (await _sale.StandByAsync(batch.Id, first, "k")).Is(200).Text.ShouldBe(order.Text, "its key leads to it");
        (await _sale.BuyAsync(batch.Id, first)).Is(200).Text.ShouldBe(order.Text);
        (await _sale.Client.GetAsync($"/api/me/orders?batch={batch.Id}", _sale.Sign.Bearer(first))).Is(200)
            .Items.ShouldHaveSingleItem().GetProperty("place").GetInt64().ShouldBe(1);
        var listed = (await _sale.Client.GetAsync($"/api/operator/batches/{batch.Id}/orders", _sale.Operator)).Is(200);
        listed.Items.Select(item => item.TryGetProperty("place", out var place) ? place.GetInt64() : 0)
            .ShouldBe([0, 1]);
        (await _sale.PlaceAsync(batch.Id, second)).Number("ahead").ShouldBe(0);
        (await _sale.BuyAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "sold-out");

        (await _sale.LeaveAsync(batch.Id, first)).IsRefusal(409, "conflict")["detail"]!
            .ShouldContain(offered["order"]!);
        var url = (await _sale.CheckOutAsync(offered["order"]!, first)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(offered["order"]!, first, "paid");
        (await _sale.PlaceAsync(batch.Id, first))["state"].ShouldBe("taken");
        (await _sale.LeaveAsync(batch.Id, first)).Is(204);
        (await _sale.PlaceAsync(batch.Id, first))["state"].ShouldBe("taken", "there is nothing to leave");
        (await _sale.AuditAsync(batch.Id)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task A_declined_offer_goes_to_the_next_and_the_place_has_passed()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var (first, second) = (_sale.NewUser(), _sale.NewUser());
        foreach (var user in (string[])[first, second]) await _sale.StandByAsync(batch.Id, user, "k");
        await batch.FreeOneAsync(_sale);
        var offer = (await _sale.PlaceAsync(batch.Id, first))["order"]!;
        (await _sale.CancelAsync(offer, first)).Is(200)["status"].ShouldBe("cancelled");
        var passed = (await _sale.PlaceAsync(batch.Id, first)).Is(200);
        (passed["state"], passed["order"]).ShouldBe(("passed", offer));
        (await _sale.StandByAsync(batch.Id, first, "k")).Is(200)["status"].ShouldBe("cancelled");
        (await _sale.PlaceAsync(batch.Id, second))["state"].ShouldBe("offered");
        (await _sale.StandByAsync(batch.Id, first)).Is(202).Number("place").ShouldBe(3);
    }

    [Fact]
    public async Task Cancelling_the_reservation_ends_the_place()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        await _sale.RegisterAsync(batch.Id, user);
        await _sale.StandByAsync(batch.Id, user, "k");
        var reservation = $"/api/batches/{batch.Id}/reservation";
        (await _sale.Client.SendAsync("DELETE", reservation, _sale.Sign.Bearer(user))).Is(204);
        (await _sale.PlaceAsync(batch.Id, user)).Is(200)["state"].ShouldBe("left");
        (await _sale.BoardAsync(batch.Id)).Number("held").ShouldBe(1);
        await batch.FreeOneAsync(_sale);
        (await _sale.PlaceAsync(batch.Id, user))["state"].ShouldBe("left");
    }

    [Fact]
    public async Task Many_who_join_leave_and_buy_at_once_get_an_answer_each_and_nobody_overtakes()
    {
        const int Users = 60;
        var batch = await SoldOutBatch.OpenAsync(_sale, stock: 10, standbyLimit: 40);
        var users = Enumerable.Range(0, Users).Select(_ => _sale.NewUser()).ToArray();
        var answers = await Task.WhenAll(users.Select((user, number) => (number % 3) switch
        {
            0 when number < 30 => _sale.CancelAsync(batch.Holders[number / 3].Order, batch.Holders[number / 3].User),
            1 => _sale.BuyAsync(batch.Id, user),
            _ => _sale.StandByAsync(batch.Id, user),
        }));
        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 201 || answer.Status == 202
            || answer.Code == "sold-out" || answer.Code == "line-full");
        var leaving = users.Where((_, number) => number % 6 == 2);
        await Task.WhenAll(leaving.Select(user => _sale.LeaveAsync(batch.Id, user)));
        // The auditor shares nothing with the engine, and knows who was next at each entry.
        var audited = await _sale.AuditAsync(batch.Id);
        (audited.Units.Free, audited.Units.Held).ShouldBe((0, 10));
    }
}
