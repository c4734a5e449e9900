using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Reservations;

[Collection(SaleTests.Name)]
public sealed class ReservationTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_reservation_is_made_read_repeated_and_cancelled()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await ReadAsync(batch, user)).IsRefusal(404, "not-found");
        (await CancelAsync(batch, user)).Is(204).Text.ShouldBeEmpty("cancelling none is done already");

        var made = (await _sale.ReserveAsync(batch, user)).Is(201);
        made.Header("Location").ShouldBe($"/api/batches/{batch}/reservation");
        made.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        made.Header("Cache-Control").ShouldBe("no-store", "a ticket is a credential");
        made.Names.ShouldBe(["batch", "user", "reservedAt", "ticket"]);
        (made["batch"], made["user"]).ShouldBe((batch, user));
        made.Instant("reservedAt").ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));

        var again = (await _sale.ReserveAsync(batch, user)).Is(200);
        again.Text.ShouldBe(made.Text);
        (await ReadAsync(batch, user)).Is(200).Text.ShouldBe(made.Text);
        await Eventually.HoldsAsync(async () =>
            (await _sale.BoardAsync(batch)).Number("reserved") == 1, "the board counts it");

        (await CancelAsync(batch, user)).Is(204);
        (await CancelAsync(batch, user)).Is(204);
        (await ReadAsync(batch, user)).IsRefusal(404, "not-found");
        var anew = (await _sale.ReserveAsync(batch, user)).Is(201);
        VersionOf(anew["ticket"]!).ShouldBe(2);
    }

    [Fact]
    public async Task A_user_may_ask_whether_they_have_a_reservation_and_none_is_an_answer()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await ReadMineAsync(batch, user)).Is(200).Text.ShouldBe("{}");
        var made = (await _sale.ReserveAsync(batch, user)).Is(201);
        var mine = (await ReadMineAsync(batch, user)).Is(200);
        mine.Names.ShouldBe(["reservation"]);
        mine.Member("reservation").GetRawText().ShouldBe(made.Text);
        mine.Header("Cache-Control").ShouldBe("no-store", "a ticket is a credential");
        (await ReadMineAsync(batch, _sale.NewUser("twitter"))).Is(200).Text.ShouldBe("{}");
        (await CancelAsync(batch, user)).Is(204);
        (await ReadMineAsync(batch, user)).Is(200).Text.ShouldBe("{}");

        (await _sale.Client.GetAsync($"/api/me/reservation?batch={batch}")).IsRefusal(401, "unauthenticated");
        (await ReadMineAsync("no-such-batch", user)).IsRefusal(404, "not-found");
        (await ReadMineAsync("A", user)).IsRefusal(400, "invalid-request", "batch");
    }

    [Fact]
    public async Task A_ticket_is_what_the_contract_says_byte_by_byte()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        const string user = "weibo:小米 \"迷\" + <fan>&'";
        var ticket = (await _sale.ReserveAsync(batch, user)).Is(201)["ticket"]!;
        var parts = ticket.Split('.');
        parts.Length.ShouldBe(3);
        parts[0].ShouldBe("v2");
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Answer.NamesOf(payload.RootElement).ShouldBe(["u", "a", "b", "v"]);
        payload.RootElement.GetProperty("u").GetString().ShouldBe(user);
        payload.RootElement.GetProperty("a").GetString().ShouldBe(_sale.Sign.AliasOf(user, batch));
        payload.RootElement.GetProperty("b").GetString().ShouldBe(batch);
        payload.RootElement.GetProperty("v").GetInt64().ShouldBe(1);
        var mac = HMACSHA256.HashData(_sale.Front.Secrets.TicketKey, Encoding.ASCII.GetBytes($"v2.{parts[1]}"));
        parts[2].ShouldBe(Base64Url.EncodeToString(mac));

        _sale.Clock.Advance(2 * Offer.StageLasts);
        (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).Is(201)["user"].ShouldBe(user);
    }

    [Theory]
    [InlineData((int)Stage.Announced)]
    [InlineData((int)Stage.Waiting)]
    [InlineData((int)Stage.OnSale)]
    [InlineData((int)Stage.Over)]
    public async Task Outside_the_window_on_either_side_reservations_are_closed(int stage)
    {
        var batch = await _sale.CreateAsync((Stage)stage);
        (await _sale.ReserveAsync(batch, _sale.NewUser())).IsRefusal(409, "reservation-closed");
    }

    [Fact]
    public async Task A_reservation_outlives_its_window_but_cannot_be_said_again_after_it()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        var made = (await _sale.ReserveAsync(batch, user)).Is(201);
        _sale.Clock.Advance(Offer.StageLasts);
        (await _sale.ReserveAsync(batch, user)).IsRefusal(409, "reservation-closed");
        (await ReadAsync(batch, user)).Is(200).Text.ShouldBe(made.Text);
    }

    [Fact]
    public async Task A_closed_batch_takes_no_reservations()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        (await _sale.OperateAsync(batch, "close")).Is(200);
        (await _sale.ReserveAsync(batch, _sale.NewUser())).IsRefusal(409, "reservation-closed");
    }

    [Fact]
    public async Task Only_users_of_the_batchs_channels_may_reserve()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        (await _sale.ReserveAsync(batch, _sale.NewUser("twitter"))).IsRefusal(403, "not-eligible");
        (await _sale.ReserveAsync("nowhere", _sale.NewUser())).IsRefusal(404, "not-found");
        foreach (var method in (string[])["PUT", "GET", "DELETE"])
            (await _sale.Client.SendAsync(method, $"/api/batches/{batch}/reservation"))
                .IsRefusal(401, "unauthenticated");
        // A ticket is for buying only: with it nobody can reserve or read a reservation.
        var ticket = "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch);
        (await _sale.Client.GetAsync($"/api/batches/{batch}/reservation", ticket)).IsRefusal(401, "unauthenticated");
    }

    [Fact]
    public async Task With_a_live_order_a_reservation_stays_and_without_one_its_ticket_dies_with_it()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        var ticket = (await _sale.ReserveAsync(batch, user)).Is(201)["ticket"]!;
        _sale.Clock.Advance(2 * Offer.StageLasts);
        var order = (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).Is(201)["id"]!;

        (await CancelAsync(batch, user)).IsRefusal(409, "conflict")["detail"]!.ShouldContain(order);
        (await _sale.CancelAsync(order, user)).Is(200);
        (await CancelAsync(batch, user)).Is(204);

        (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).IsRefusal(401, "unauthenticated");
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(user), body: $$"""{"ticket":"{{ticket}}"}"""))
            .IsRefusal(403, "ticket-invalid");
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(user))).IsRefusal(403, "not-reserved");
        (await _sale.AuditAsync(batch)).ReservationsCancelledUpTo(_sale.Sign.AliasOf(user, batch)).ShouldBe(1);
    }

    [Fact]
    public async Task After_twenty_changes_a_user_has_changed_their_mind_often_enough()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        for (var change = 0; change < 10; change++)
        {
            (await _sale.ReserveAsync(batch, user)).Is(201);
            (await CancelAsync(batch, user)).Is(204);
        }

        var refused = (await _sale.ReserveAsync(batch, user)).IsRefusal(409, "limit-reached");
        (refused["limit"], refused.Number("maximum")).ShouldBe(("reservation-changes", 20));
        var none = (await ReadAsync(batch, user)).IsRefusal(404, "not-found");
        (none["limit"], none.Number("maximum")).ShouldBe(("reservation-changes", 20));
        (await ReadMineAsync(batch, user)).Is(200).Text.ShouldBe("""{"limit":"reservation-changes"}""");
        (await _sale.ReserveAsync(batch, _sale.NewUser())).Is(201);
    }

    private static int VersionOf(string ticket)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(ticket.Split('.')[1]));
        return payload.RootElement.GetProperty("v").GetInt32();
    }

    private Task<Answer> ReadAsync(string batch, string user) =>
        _sale.Client.GetAsync($"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user));

    private Task<Answer> ReadMineAsync(string batch, string user) =>
        _sale.Client.GetAsync($"/api/me/reservation?batch={batch}", _sale.Sign.Bearer(user));

    private Task<Answer> CancelAsync(string batch, string user) =>
        _sale.Client.SendAsync("DELETE", $"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user));
}
