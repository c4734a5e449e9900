using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Line;

/// <summary>The line as operators see and direct it.</summary>
[Collection(SaleTests.Name)]
public sealed class OperatorLineTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task The_line_is_listed_in_its_order_page_by_page()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale, limit: 2);
        (await ListAsync(batch.Id)).Is(200).Items.ShouldBeEmpty();
        var users = Enumerable.Range(0, 5).Select(_ => _sale.NewUser()).ToArray();
        foreach (var user in users)
        {
            await _sale.RegisterAsync(batch.Id, user);
            (await _sale.StandByAsync(batch.Id, user, quantity: 2)).Is(202);
        }
        await _sale.LeaveAsync(batch.Id, users[1]);
        await batch.FreeOneAsync(_sale);

        var all = (await ListAsync(batch.Id)).Is(200);
        all.Header("Cache-Control").ShouldBe("no-store");
        all.Names.ShouldBe(["items"]);
        all.Items.Select(Told).ShouldBe(
        [
            (1, users[0], "offered"), (2, users[1], "left"), (3, users[2], "waiting"), (4, users[3], "waiting"),
            (5, users[4], "waiting"),
        ]);
        Answer.NamesOf(all.Items[0]).ShouldBe(["place", "user", "alias", "quantity", "state", "joinedAt", "order"]);
        all.Items[0].GetProperty("alias").GetString().ShouldBe(_sale.Sign.AliasOf(users[0], batch.Id));
        all.Items[0].GetProperty("order").GetString()
            .ShouldBe((await _sale.PlaceAsync(batch.Id, users[0]))["order"]);

        var (read, after) = (new List<long>(), "");
        for (var page = 0; page < 4; page++)
        {
            var answer = (await ListAsync(batch.Id, $"limit=2{after}")).Is(200);
            read.AddRange(answer.Items.Select(item => item.GetProperty("place").GetInt64()));
            if (answer["next"] is not { } next) break;
            after = $"&after={next}";
        }
        read.ShouldBe([1, 2, 3, 4, 5]);
        (await ListAsync(batch.Id, $"after={long.MaxValue}")).Is(200).Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("after", "x", "-1", "1.5", "%201", "1%20", "+1", "", "99999999999999999999", "%00", "1&after=2")]
    [InlineData("limit", "0", "1001", "-1", "x", "")]
    public async Task A_page_that_cannot_be_one_is_named(string name, params string[] values)
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        foreach (var value in values)
            (await ListAsync(batch.Id, $"{name}={value}")).IsRefusal(400, "invalid-request", name);
    }

    [Fact]
    public async Task An_operator_removes_a_place_for_a_reason_of_a_closed_set()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var users = Enumerable.Range(0, 3).Select(_ => _sale.NewUser()).ToArray();
        foreach (var user in users) await _sale.StandByAsync(batch.Id, user);
        (await RemoveAsync(batch.Id, "1", "nonsense")).IsRefusal(400, "invalid-request", "reason");
        (await RemoveAsync(batch.Id, "1", "")).IsRefusal(400, "invalid-request", "reason");
        foreach (var place in (string[])["4", "0", "-1", "x", "1.5", "99999999999999999999"])
            (await RemoveAsync(batch.Id, place, "mistake")).IsRefusal(404, "not-found");
        (await RemoveAsync("nowhere", "1", "mistake")).IsRefusal(404, "not-found");
        (await _sale.PlaceAsync(batch.Id, users[0]))["state"].ShouldBe("waiting");

        (await RemoveAsync(batch.Id, "1", "suspected-fraud")).Is(204).Text.ShouldBeEmpty();
        (await RemoveAsync(batch.Id, "1", "mistake")).Is(204);
        (await RemoveAsync(batch.Id, "3", null)).Is(204);
        (await _sale.PlaceAsync(batch.Id, users[0]))["state"].ShouldBe("removed");
        var export = await _sale.ExportAsync(batch.Id);
        export.Split("\"type\":\"left\"").Length.ShouldBe(3);
        export.ShouldContain("\"place\":1,\"why\":\"removed\"");
        export.ShouldContain("\"reason\":\"suspected-fraud\"");
        export.ShouldContain($"\"by\":\"{_sale.Sign.AliasOf("staff:op", batch.Id)}\"");

        await batch.FreeOneAsync(_sale);
        var offered = (await _sale.PlaceAsync(batch.Id, users[1])).Is(200);
        offered["state"].ShouldBe("offered");
        (await RemoveAsync(batch.Id, "2", "mistake")).IsRefusal(409, "conflict")["detail"]!
            .ShouldContain(offered["order"]!);
        (await _sale.AuditAsync(batch.Id)).Units.Held.ShouldBe(1);
    }

    [Fact]
    public async Task A_line_is_suspended_and_resumed_once_per_key()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        await _sale.StandByAsync(batch.Id, user);
        (await LineAsync(batch.Id, "suspend-line", "s")).Is(200)["id"].ShouldBe(batch.Id);
        (await LineAsync(batch.Id, "suspend-line", "s")).Is(200);
        (await LineAsync(batch.Id, "suspend-line", "other")).Is(200);
        (await LineAsync(batch.Id, "resume-line", "s")).IsRefusal(409, "conflict");
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).IsRefusal(409, "sold-out");
        (await _sale.StandByAsync(batch.Id, user)).Is(202).Number("place").ShouldBe(1, "who has a place keeps it");
        (await LineAsync(batch.Id, "resume-line", "r")).Is(200);
        // A repeat of what was done before it does nothing.
        (await LineAsync(batch.Id, "suspend-line", "s")).Is(200).Member("standbyOpen").GetBoolean().ShouldBeTrue();
        (await _sale.StandByAsync(batch.Id, _sale.NewUser())).Is(202);

        (await LineAsync(batch.Id, "suspend-line", new string('k', 65)))
            .IsRefusal(400, "invalid-request", "Idempotency-Key");
        (await LineAsync("nowhere", "suspend-line", null)).IsRefusal(404, "not-found");
        var export = await _sale.ExportAsync(batch.Id);
        foreach (var type in (string[])["line-suspended", "line-resumed"])
            export.Split($"\"type\":\"{type}\"").Length.ShouldBe(2, type);
        await _sale.OperateAsync(batch.Id, "close");
        foreach (var action in (string[])["suspend-line", "resume-line"])
            (await LineAsync(batch.Id, action, null)).IsRefusal(409, "sale-closed");
    }

    [Fact]
    public async Task A_suspended_line_is_served()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        await _sale.StandByAsync(batch.Id, user);
        (await LineAsync(batch.Id, "suspend-line", null)).Is(200);
        await batch.FreeOneAsync(_sale);
        (await _sale.PlaceAsync(batch.Id, user))["state"].ShouldBe("offered");
    }

    [Fact]
    public async Task The_terms_of_a_line_are_kept_and_others_under_the_id_are_a_conflict()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 7, 1, 60);
        var plain = (await CreateAsync(terms)).Is(201);
        (plain.Number("standbyLimit"), plain.Number("offerWindowSeconds")).ShouldBe((7, 60));
        plain.Member("standbyOpen").ValueKind.ShouldBe(JsonValueKind.True);
        foreach (var (name, value) in ((string, int)[])[("standbyLimit", 8), ("offerWindowSeconds", 61)])
        {
            var other = terms.DeepClone().AsObject();
            other[name] = value;
            (await CreateAsync(other)).IsRefusal(409, "conflict");
        }
        terms["id"] = _sale.NewId();
        (terms["standbyLimit"], terms["offerWindowSeconds"]) = (1_000_000, 86_400);
        var most = (await CreateAsync(terms)).Is(201);
        (most.Number("standbyLimit"), most.Number("offerWindowSeconds")).ShouldBe((1_000_000, 86_400));
        (await CreateAsync(terms)).Is(200);
    }

    [Fact]
    public async Task The_board_s_tag_changes_when_somebody_joins_and_when_the_line_is_suspended()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var tags = new List<string?> { (await _sale.BoardAsync(batch.Id)).Header("ETag") };
        await _sale.StandByAsync(batch.Id, _sale.NewUser());
        await TellsAsync(board => board.Number("standby") == 1);
        (await LineAsync(batch.Id, "suspend-line", null)).Is(200);
        await TellsAsync(board => !board.Member("standbyOpen").GetBoolean());
        tags.Distinct().Count().ShouldBe(3);
        var same = await _sale.Client.SendAsync(
            "GET", $"/api/batches/{batch.Id}", headers: ("If-None-Match", tags[^1]!));
        same.Is(304);

        async Task TellsAsync(Func<Answer, bool> isSo)
        {
            Answer? board = null;
            await Harness.Eventually.HoldsAsync(
                async () => isSo(board = (await _sale.BoardAsync(batch.Id)).Is(200)), "the board tells it");
            tags.Add(board!.Header("ETag"));
        }
    }

    private static (long, string?, string?) Told(JsonElement item) => (
        item.GetProperty("place").GetInt64(), item.GetProperty("user").GetString(),
        item.GetProperty("state").GetString());

    private Task<Answer> CreateAsync(JsonObject terms) =>
        _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms);

    private Task<Answer> LineAsync(string batch, string action, string? key) =>
        _sale.Client.PostAsync($"/api/operator/batches/{batch}/{action}", _sale.Operator, key: key);

    private Task<Answer> ListAsync(string batch, string query = "") =>
        _sale.Client.GetAsync($"/api/operator/batches/{batch}/line?{query}", _sale.Operator);

    private Task<Answer> RemoveAsync(string batch, string place, string? reason) => _sale.Client.SendAsync(
        "DELETE", $"/api/operator/batches/{batch}/line/{place}{(reason is null ? "" : $"?reason={reason}")}",
        _sale.Operator);
}
