using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Batches;

[Collection(SaleTests.Name)]
public sealed class BoardTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_board_has_the_terms_the_counts_and_the_head_under_their_names()
    {
        var batch = await _sale.CreateAsync(stock: 5, limit: 2, windowSeconds: 600);
        var board = (await _sale.BoardAsync(batch)).Is(200);

        board.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        board.Header("Cache-Control").ShouldBe("public, max-age=1");
        board.Names.ShouldBe(
        [
            "id", "product", "channel", "stock", "perUserLimit", "paymentWindowSeconds", "standbyLimit",
            "offerWindowSeconds", "cancelPaid", "backlogUnits", "schedule", "phase", "paused", "free", "held", "sold",
            "withdrawn", "reserved",
            "standby", "standbyOpen", "head", "serverTime",
        ]);
        Answer.NamesOf(board.Member("product")).ShouldBe(["id", "name", "price"]);
        Answer.NamesOf(board.Member("product.price")).ShouldBe(["amount", "currency"]);
        Answer.NamesOf(board.Member("schedule"))
            .ShouldBe(["reservationOpens", "reservationCloses", "saleOpens", "saleCloses"]);
        Answer.NamesOf(board.Member("head")).ShouldBe(["seq", "hash"]);
        board["id"].ShouldBe(batch);
        board["channel"].ShouldBe("weibo");
        board["phase"].ShouldBe("on-sale");
        board.Member("paused").ValueKind.ShouldBe(JsonValueKind.False);
        (board.Number("stock"), board.Number("perUserLimit"), board.Number("paymentWindowSeconds"))
            .ShouldBe((5, 2, 600));
        (board.Number("free"), board.Number("held"), board.Number("sold"), board.Number("withdrawn"))
            .ShouldBe((5, 0, 0, 0));
        (board.Number("reserved"), board.Number("standby")).ShouldBe((0, 0));
        board["serverTime"]!.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        board.Instant("serverTime").ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));
        // The batch records its opening by itself, before these reads or between them.
        await Eventually.HoldsAsync(
            async () =>
            {
                var (shown, head) = (await _sale.BoardAsync(batch), await _sale.HeadAsync(batch));
                return shown.Number("head.seq") == head.Seq && shown["head.hash"] == head.Hash;
            },
            "the board shows the ledger's head");
    }

    [Fact]
    public async Task A_batch_on_several_channels_lists_them_and_shows_its_picture()
    {
        var batch = await _sale.CreateAsync(change: terms =>
        {
            terms["channel"] = new JsonArray("weibo", "twitter");
            terms["product"]!["imageUrl"] = "https://cdn.example/mi2.png";
        });
        var board = await _sale.BoardAsync(batch);
        board.Member("channel").EnumerateArray().Select(channel => channel.GetString()).ShouldBe(["weibo", "twitter"]);
        board["product.imageUrl"].ShouldBe("https://cdn.example/mi2.png");
    }

    [Fact]
    public async Task A_board_that_only_grew_older_is_not_sent_again()
    {
        var batch = await _sale.CreateAsync();
        var first = await _sale.BoardAsync(batch);
        var tag = first.Header("ETag")!;
        tag.ShouldMatch("^\"[0-9a-f]{16}\"$");
        _sale.Clock.Advance(TimeSpan.FromSeconds(5));

        foreach (var known in (string[])[tag, "W/" + tag, $"\"other\", {tag}"])
        {
            var again = await _sale.Client.SendAsync("GET", $"/api/batches/{batch}", headers: ("If-None-Match", known));
            again.Is(304).Text.ShouldBeEmpty(known);
            again.Header("ETag").ShouldBe(tag);
            again.Header("Cache-Control").ShouldBe("public, max-age=1");
        }

        (await _sale.Client.SendAsync("GET", $"/api/batches/{batch}", headers: ("If-None-Match", "\"other\""))).Is(200);
        (await _sale.Client.SendAsync("GET", $"/api/batches/{batch}", headers: ("If-None-Match", "rubbish"))).Is(200);

        await _sale.OrderAsync(batch, _sale.NewUser());
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.SendAsync("GET", $"/api/batches/{batch}",
                headers: ("If-None-Match", tag))).Status == 200,
            "the tag changes with the counts");
    }

    [Fact]
    public async Task The_phase_follows_the_timetable_and_what_operators_do()
    {
        var batch = await _sale.CreateAsync(Stage.Announced, stock: 1);
        await PhaseIsAsync(batch, "announced");
        await _sale.OperateAsync(batch, "pause");
        foreach (var phase in (string[])["reserving", "waiting"])
        {
            _sale.Clock.Advance(Offer.StageLasts);
            await PhaseIsAsync(batch, phase);
        }

        _sale.Clock.Advance(Offer.StageLasts);
        await PhaseIsAsync(batch, "paused");
        await _sale.OperateAsync(batch, "resume");
        await PhaseIsAsync(batch, "on-sale");
        await _sale.OrderAsync(batch, _sale.NewUser());
        await PhaseIsAsync(batch, "sold-out");
        _sale.Clock.Advance(Offer.StageLasts);
        await PhaseIsAsync(batch, "closed");
    }

    [Fact]
    public async Task A_pause_and_a_closing_show_their_instant_and_reason_and_a_resumption_shows_none()
    {
        var batch = await _sale.CreateAsync();
        var paused = (await _sale.OperateAsync(batch, "pause")).Is(200);
        paused["pauseReason"].ShouldBe("a test says so");
        paused.Instant("pausedAt").ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));
        paused.Names.ShouldNotContain("closedAt");

        var resumed = (await _sale.OperateAsync(batch, "resume")).Is(200);
        resumed.Names.ShouldNotContain("pausedAt");
        resumed.Names.ShouldNotContain("pauseReason");

        var closed = (await _sale.OperateAsync(batch, "close")).Is(200);
        closed["closeReason"].ShouldBe("a test says so");
        closed.Instant("closedAt").ShouldBeLessThan(closed.Instant("schedule.saleCloses"));
    }

    [Fact]
    public async Task A_batch_is_in_the_list_as_soon_as_its_creation_is_answered()
    {
        for (var round = 0; round < 5; round++)
        {
            await _sale.Client.GetAsync("/api/batches");
            var batch = await _sale.CreateAsync();
            (await _sale.Client.GetAsync("/api/batches?limit=1000")).Items
                .Select(board => board.GetProperty("id").GetString()).ShouldContain(batch);
        }
    }

    [Fact]
    public async Task A_board_in_the_list_is_the_board_and_its_phase_is_that_of_the_instant()
    {
        var batch = await _sale.CreateAsync(Stage.Announced, stock: 1);
        foreach (var phase in (string[])["announced", "reserving", "waiting", "on-sale"])
        {
            var listed = (await ListedAsync(batch)).GetRawText();
            var board = await _sale.BoardAsync(batch);
            WithoutTime(listed).ShouldBe(WithoutTime(board.Text));
            board["phase"].ShouldBe(phase);
            _sale.Clock.Advance(Offer.StageLasts);
        }
        (await ListedAsync(batch)).GetProperty("phase").GetString().ShouldBe("closed");
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("UPPER")]
    [InlineData("a%2Fb")]
    [InlineData("%E2%82")]
    [InlineData("b.17")]
    public async Task An_id_that_no_batch_has_is_not_found(string id)
    {
        (await _sale.BoardAsync(id)).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync($"/api/batches/{id}/live")).IsRefusal(404, "not-found");
    }

    private async Task<JsonElement> ListedAsync(string batch) =>
        (await _sale.Client.GetAsync("/api/batches?limit=1000")).Is(200).Items
        .Single(board => board.GetProperty("id").GetString() == batch);

    private static string WithoutTime(string board) =>
        board[..board.LastIndexOf("\"serverTime\"", StringComparison.Ordinal)];

    private Task PhaseIsAsync(string batch, string phase) =>
        Eventually.HoldsAsync(async () => (await _sale.BoardAsync(batch))["phase"] == phase, $"the phase is {phase}");
}
