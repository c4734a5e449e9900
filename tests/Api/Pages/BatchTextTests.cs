using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Pages;

/// <summary>A batch's title and description.</summary>
[Collection(SaleTests.Name)]
public sealed class BatchTextTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task They_are_on_the_board_in_the_ledger_and_on_the_page_in_the_reader_s_language()
    {
        var batch = await CreateAsync(
            new JsonObject { ["en"] = "The first <batch>", ["zh-CN"] = "首轮" }, new JsonObject { ["en"] = "a\r\nb" });
        var board = (await _sale.BoardAsync(batch)).Is(200);
        (board["title.en"], board["title.zh-CN"]).ShouldBe(("The first <batch>", "首轮"));
        (board["description.en"], board["description.zh-CN"]).ShouldBe(("a\nb", null));
        (await _sale.ExportAsync(batch)).ShouldContain("""
            ,"title":{"en":"The first <batch>","zh-CN":"首轮"},"description":{"en":"a\nb"},
            """.Trim());
        (await _sale.AuditAsync(batch)).Terms.ShouldNotBeNull();

        var page = await ReadAsync(batch, "en");
        page.Title.ShouldBe("The first <batch> · OrleansSale");
        page["og:title"].ShouldBe("The first <batch>");
        page["og:description"]!.ShouldStartWith("Xiaomi Mi2 16 GB · CN¥1,999 · ");
        page["og:description"]!.ShouldEndWith(" · a b");
        page = await ReadAsync(batch, "zh-CN");
        page["og:title"].ShouldBe("首轮");
        page.Tags("p").Single(tag => tag.GetValueOrDefault("id") == "description")["lang"].ShouldBe("en");
    }

    [Fact]
    public async Task One_text_is_for_both_languages_and_none_is_left_out()
    {
        var board = await _sale.BoardAsync(await CreateAsync(JsonValue.Create("Mi2!"), null));
        (board["title.en"], board["title.zh-CN"]).ShouldBe(("Mi2!", "Mi2!"));
        board.Names.ShouldNotContain("description");
    }

    [Fact]
    public async Task Another_title_under_the_same_id_is_a_conflict_and_the_same_a_repeat()
    {
        var terms = Terms(JsonValue.Create("one"), null);
        (await PostAsync(terms)).Is(201);
        (await PostAsync(terms)).Is(200);
        terms["title"] = "two";
        (await PostAsync(terms)).IsRefusal(409, "conflict");
    }

    [Theory]
    [InlineData("title", "\"\"", "title")]
    [InlineData("title", "\"\\u200b\"", "title")]
    [InlineData("title", "\"a\\nb\"", "title")]
    [InlineData("title", "\"a\\u202eb\"", "title")]
    [InlineData("title", "7", "title")]
    [InlineData("title", "{}", "title")]
    [InlineData("title", """{"en":7}""", "title.en")]
    [InlineData("title", """{"en":"a","zh-CN":" "}""", "title.zh-CN")]
    [InlineData("description", """{"zh-CN":"a\u0000b"}""", "description.zh-CN")]
    [InlineData("description", "[]", "description")]
    public async Task A_text_that_cannot_be_is_refused_with_its_field(string name, string value, string field)
    {
        var terms = Terms(null, null);
        terms[name] = JsonNode.Parse(value);
        (await PostAsync(terms)).IsRefusal(400, "invalid-request", field);
    }

    [Theory]
    [InlineData("title", 100)]
    [InlineData("description", 2_000)]
    public async Task A_text_has_a_bound(string name, int most)
    {
        var terms = Terms(null, null);
        terms[name] = new string('啊', most + 1);
        (await PostAsync(terms)).IsRefusal(400, "invalid-request", name);
        terms[name] = new string('啊', most);
        (await PostAsync(terms)).Is(201);
    }

    private async Task<string> CreateAsync(JsonNode? title, JsonNode? description)
    {
        var terms = Terms(title, description);
        (await PostAsync(terms)).Is(201);
        return (string)terms["id"]!;
    }

    private JsonObject Terms(JsonNode? title, JsonNode? description)
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 10, 1, 900);
        if (title is not null) terms["title"] = title;
        if (description is not null) terms["description"] = description;
        return terms;
    }

    private Task<Answer> PostAsync(JsonObject terms) =>
        _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms);

    private async Task<PageText> ReadAsync(string batch, string language) =>
        new((await _sale.Client.GetAsync($"/sale/{batch}?lang={language}")).Is(200).Text);
}
