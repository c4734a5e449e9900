using System.Text.Json.Nodes;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>What operators announce, by the API.</summary>
[Collection(SaleTests.Name)]
public sealed class AnnouncementTests(SaleTests.Fixture fixture)
{
    private const string Path = "/api/operator/announcements";

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task An_announcement_is_made_once_for_each_key_and_everybody_can_read_it()
    {
        var batch = await _sale.CreateAsync();
        var made = (await AnnounceAsync(New(batch), "k1")).Is(201);
        made["text.en"].ShouldBe("The doors are open");
        made["batch"].ShouldBe(batch);
        made.Header("Location").ShouldEndWith($"{Path}/{made["id"]}");
        (await AnnounceAsync(New(batch), "k1")).Is(200)["id"].ShouldBe(made["id"]);
        (await AnnounceAsync(New(batch, "Other"), "k1")).IsRefusal(409, "conflict");
        var list = (await _sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Is(200);
        var shown = list.Items.ShouldHaveSingleItem();
        shown.GetProperty("id").GetString().ShouldBe(made["id"]);
        shown.GetProperty("text").GetRawText().ShouldBe("""{"en":"The doors are open","zh-CN":"开门了"}""");
        Answer.NamesOf(shown).ShouldBe(["id", "text", "at"], "what concerns operators is not told");
    }

    [Fact]
    public async Task A_teaser_is_told_to_nobody_but_operators_before_its_time()
    {
        var batch = await _sale.CreateAsync();
        var at = _sale.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        var teaser = New(batch);
        teaser["at"] = at;
        var id = (await AnnounceAsync(teaser)).Is(201)["id"]!;
        (await ShownAsync(batch)).ShouldBeEmpty();
        (await _sale.Client.GetAsync($"{Path}?batch={batch}", _sale.Operator)).Is(200).Items.Length.ShouldBe(1);
        _sale.Clock.AdvanceTo(at);
        (await ShownAsync(batch)).ShouldBe([id]);
        (await _sale.Client.SendAsync("DELETE", $"{Path}/{id}", _sale.Operator)).IsRefusal(409, "conflict");
    }

    [Fact]
    public async Task A_cancelled_teaser_is_never_shown()
    {
        var batch = await _sale.CreateAsync();
        var at = _sale.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        var teaser = New(batch);
        teaser["at"] = at;
        var id = (await AnnounceAsync(teaser)).Is(201)["id"]!;
        (await _sale.Client.SendAsync("DELETE", $"{Path}/{id}", _sale.Operator)).Is(204);
        (await _sale.Client.SendAsync("DELETE", $"{Path}/{id}", _sale.Operator)).Is(204);
        _sale.Clock.AdvanceTo(at);
        (await ShownAsync(batch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_announced_for_a_product_is_shown_by_each_of_its_batches()
    {
        var product = _sale.NewId();
        var (first, second) = (await OfProductAsync(product), await OfProductAsync(product));
        var announcement = New(first);
        announcement.Remove("batch");
        announcement["product"] = product;
        var id = (await AnnounceAsync(announcement)).Is(201)["id"]!;
        (await ShownAsync(first)).ShouldBe([id]);
        (await ShownAsync(second)).ShouldBe([id]);
    }

    [Fact]
    public async Task A_script_comes_as_the_text_that_it_is()
    {
        const string Script = "<script>alert(1)</script>";
        var batch = await _sale.CreateAsync();
        (await AnnounceAsync(New(batch, Script))).Is(201);
        var list = (await _sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Is(200);
        list.MediaType.ShouldBe("application/json");
        list.Items[0].GetProperty("text").GetProperty("en").GetString().ShouldBe(Script);
    }

    [Theory]
    [InlineData("text", null, "null", "1", "[]", "{}", """{"en":null}""")]
    [InlineData("text.en", """{"en":""}""", """{"en":1}""", """{"en":"\ud800"}""", """{"en":"a\u0000b"}""")]
    [InlineData("batch", null, "null", "1")]
    [InlineData("imageUrl", "\"javascript:alert(1)\"", "\"http://plain.example/x.png\"", "\"//evil.example/x\"", "1",
        """ "/\\evil.example/x" """)]
    [InlineData("at", "\"soon\"", "\"2000-01-01T00:00:00Z\"", "1", "\"2012-12-21T04:00:00\"")]
    public async Task Bad_fields_are_named(string field, params string?[] values)
    {
        var batch = await _sale.CreateAsync();
        foreach (var value in values)
        {
            var announcement = New(batch);
            var member = field.Split('.')[0];
            if (value is null) announcement.Remove(member);
            else announcement[member] = JsonNode.Parse("\"?\"");
            var raw = announcement.ToJsonString().Replace("\"?\"", value, StringComparison.Ordinal);
            (await _sale.Client.PostAsync(Path, _sale.Operator, raw)).IsRefusal(400, "invalid-request", field);
        }
        (await ShownAsync(batch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_a_batch_and_a_product_or_an_unknown_one_is_refused()
    {
        var batch = await _sale.CreateAsync();
        var both = New(batch);
        both["product"] = "mi2";
        (await AnnounceAsync(both)).IsRefusal(400, "invalid-request", "batch");
        (await AnnounceAsync(New("no-such-batch"))).IsRefusal(404, "not-found");
        foreach (var id in (string[])["batch-no-such.1", $"batch-{batch}.7", "nonsense", $"batch-{batch}.01"])
        {
            (await _sale.Client.SendAsync("DELETE", $"{Path}/{id}", _sale.Operator)).IsRefusal(404, "not-found");
            var retry = new JsonObject { ["channel"] = "weibo" };
            (await _sale.Client.PostAsync($"{Path}/{id}/retry", _sale.Operator, retry)).IsRefusal(404, "not-found");
        }
        (await _sale.Client.GetAsync("/api/batches/no-such-batch/announcements")).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync($"/api/batches/{batch}/announcements?after=x"))
            .IsRefusal(400, "invalid-request", "after");
    }

    [Fact]
    public async Task Only_operators_announce()
    {
        var batch = await _sale.CreateAsync();
        (await _sale.Client.PostAsync(Path, null, New(batch))).IsRefusal(401, "unauthenticated");
        (await _sale.Client.PostAsync(Path, _sale.Sign.Bearer("weibo:alice"), New(batch))).IsRefusal(403, "forbidden");
        (await ShownAsync(batch)).ShouldBeEmpty();
    }

    // A viewer's front asks for what is new, and its boards' streams show it, at most this long after.
    [Fact]
    public void A_viewer_sees_an_announcement_within_a_second()
    {
        var pace = new PollPace();
        for (var i = 0; i < 100; i++) pace.Began();
        (AnnouncementFeed.PollInterval + pace.Interval).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static JsonObject New(string batch, string english = "The doors are open") => new()
    {
        ["batch"] = batch,
        ["text"] = new JsonObject { ["en"] = english, ["zh-CN"] = "开门了" },
    };

    private Task<Answer> AnnounceAsync(JsonObject announcement, string? key = null) =>
        _sale.Client.PostAsync(Path, _sale.Operator, announcement, key);

    private Task<string> OfProductAsync(string product) =>
        _sale.CreateAsync(change: terms => terms["product"]!["id"] = product);

    private async Task<string[]> ShownAsync(string batch)
    {
        var list = (await _sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Is(200);
        return [.. list.Items.Select(item => item.GetProperty("id").GetString()!)];
    }
}
