using OrleansSale.Api.Sales.Pages;

namespace OrleansSale.Tests.Api.Pages;

/// <summary>What the pages say before a script has run.</summary>
[Collection(SaleTests.Name)]
public sealed class EventPageTests(SaleTests.Fixture fixture)
{
    private const string Shop = "https://shop.example";

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_link_shows_product_price_time_and_picture_in_the_language_of_whoever_asks()
    {
        await using var shop = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new() { ["Payments:PublicAddress"] = Shop },
        });
        var batch = await shop.CreateAsync(Stage.Reserving, change: terms =>
        {
            terms["product"]!["imageUrl"] = "/img/phone.svg";
            terms["schedule"]!["saleOpens"] = "2099-12-21T04:00:00Z";
            terms["schedule"]!["saleCloses"] = "2099-12-22T04:00:00Z";
        });
        var page = await ReadAsync(shop, $"/sale/{batch}");
        page.Language.ShouldBe("en");
        page.Title.ShouldBe("Xiaomi Mi2 16 GB · OrleansSale");
        page["og:title"].ShouldBe("Xiaomi Mi2 16 GB");
        page["og:description"].ShouldBe("CN¥1,999 · Sale opens 21 December 2099, 04:00 UTC");
        page["description"].ShouldBe(page["og:description"]);
        page["og:image"].ShouldBe($"{Shop}/img/phone.svg");
        page["og:url"].ShouldBe($"{Shop}/sale/{batch}");
        page["og:site_name"].ShouldBe("OrleansSale");
        page["og:locale"].ShouldBe("en_US");
        page["twitter:card"].ShouldBe("summary_large_image");
        (page["product:price:amount"], page["product:price:currency"]).ShouldBe(("1999.00", "CNY"));

        page = await ReadAsync(shop, $"/sale/{batch}", ("Accept-Language", "zh-Hans-CN,en;q=0.5"));
        page.Language.ShouldBe("zh-CN");
        page["og:locale"].ShouldBe("zh_CN");
        page["og:description"].ShouldBe("¥1,999 · 北京时间 2099年12月21日（周一）12:00 开售");
    }

    [Theory]
    [InlineData("", null, null, "en")]
    [InlineData("", null, "fr, zh-TW;q=0.8, en;q=0.5", "zh-CN")]
    [InlineData("", null, "en-GB, zh", "en")]
    [InlineData("", null, "fr", "en")]
    [InlineData("", "lang=zh-CN", "en", "zh-CN")]
    [InlineData("?lang=en", "lang=zh-CN", "zh", "en")]
    [InlineData("?lang=zh-Hans", null, "en", "zh-CN")]
    [InlineData("?lang=fr", null, "zh", "zh-CN")]
    public async Task The_language_is_that_of_the_address_else_the_kept_choice_else_what_is_preferred(
        string query, string? cookie, string? preferred, string language)
    {
        var batch = await _sale.CreateAsync();
        foreach (var path in (string[])["/", $"/sale/{batch}"])
        {
            var answer = await GetAsync(_sale, path + query,
                [("Cookie", cookie ?? ""), ("Accept-Language", preferred ?? "")]);
            new PageText(answer.Is(200).Text).Language.ShouldBe(language, path);
            answer.Header("Set-Cookie").ShouldBeNull("everybody gets the same page");
            var varies = query is "" or "?lang=fr";
            answer.Header("Vary").ShouldBe(varies
                ? "Accept-Language, Cookie, Accept-Encoding" : "Accept-Encoding");
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?order=b-1.3", "")]
    [InlineData("?lang=fr", "")]
    [InlineData("?lang=zh", "?lang=zh-CN")]
    [InlineData("?order=b-1.3&lang=EN-gb", "?lang=en")]
    public async Task A_page_has_one_address_and_one_for_each_language(string query, string canonical)
    {
        var batch = await _sale.CreateAsync();
        var own = _sale.Client.Address.ToString().TrimEnd('/');
        foreach (var path in (string[])["/", $"/sale/{batch}"])
        {
            var page = await ReadAsync(_sale, path + query);
            page.Links("canonical").ShouldBe([($"{own}{path}{canonical}", null)]);
            page["og:url"].ShouldBe($"{own}{path}{canonical}");
            page.Links("alternate").ShouldBe(
            [
                ($"{own}{path}?lang=en", "en"), ($"{own}{path}?lang=zh-CN", "zh-CN"), ($"{own}{path}", "x-default"),
            ]);
        }
    }

    [Fact]
    public async Task Nothing_that_an_operator_writes_becomes_markup()
    {
        const string Name = "</title></script><script>alert(1)</script>\"><img src=x onerror=alert(1)>'&amp;";
        var batch = await _sale.CreateAsync(Stage.Reserving, change: terms => terms["product"]!["name"] = Name);
        var html = (await _sale.Client.GetAsync($"/sale/{batch}")).Is(200).Text;
        html.ShouldNotContain("<script>");
        html.ShouldNotContain("<img src=x");
        var page = new PageText(html);
        page.Title.ShouldStartWith(Name);
        page["og:title"].ShouldBe(Name);
        page.Tags("img").Select(tag => tag.GetValueOrDefault("alt")).ShouldContain(Name);
    }

    [Fact]
    public async Task A_description_that_nobody_shows_whole_is_cut_between_characters()
    {
        var name = string.Concat(Enumerable.Repeat("\U0001F4F1", 100));
        var batch = await _sale.CreateAsync(Stage.Reserving, change: terms =>
        {
            terms["product"]!["name"] = name;
            terms["product"]!["imageUrl"] = "https://cdn.example/a.png?x=1&y=2";
        });
        var page = await ReadAsync(_sale, $"/sale/{batch}");
        page["og:title"].ShouldBe(name);
        page["og:description"]!.Length.ShouldBeLessThanOrEqualTo(SaleCard.MaxLength);
        page["og:image"].ShouldBe("https://cdn.example/a.png?x=1&y=2");
    }

    [Theory]
    [InlineData("nothing-here")]
    [InlineData("%E4%BD%A0")]
    [InlineData("<script>")]
    public async Task A_sale_that_does_not_exist_is_not_found_and_leads_to_the_list(string batch)
    {
        foreach (var (language, title) in ((string, string)[])[("en", "no such sale"), ("zh-CN", "没有找到")])
        {
            var answer = await GetAsync(_sale, $"/sale/{batch}", [("Accept-Language", language)]);
            answer.Is(404).MediaType.ShouldBe("text/html");
            answer.Header("Cache-Control").ShouldBe("no-store");
            var page = new PageText(answer.Text);
            page.Language.ShouldBe(language);
            page.Title.ShouldContain(title);
            page["robots"].ShouldBe("noindex");
            page.Tags("a").Select(tag => tag["href"]).ShouldContain("/");
            page.Tags("script").ShouldBeEmpty("nothing is asked for again");
        }
    }

    [Fact]
    public async Task A_page_that_is_known_is_not_sent_again()
    {
        var batch = await _sale.CreateAsync();
        foreach (var path in (string[])["/", $"/sale/{batch}"])
        {
            var page = (await _sale.Client.GetAsync(path)).Is(200);
            page.Header("Cache-Control").ShouldBe("public, max-age=60");
            var again = await GetAsync(_sale, path, [("If-None-Match", page.Header("ETag")!)]);
            again.Is(304).Text.ShouldBeEmpty();
            (await GetAsync(_sale, path + "?lang=zh-CN", [("If-None-Match", page.Header("ETag")!)])).Is(200);
        }
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task Pages_and_what_they_load_are_compressed_as_the_browser_can_read_it(
        string? accepted, string? coding)
    {
        var batch = await _sale.CreateAsync();
        var page = await ReadAsync(_sale, $"/sale/{batch}");
        var script = page.Tags("script").Select(tag => tag.GetValueOrDefault("src")).OfType<string>().Single();
        foreach (var path in (string[])[$"/sale/{batch}", script, page.Links("stylesheet").Single().Address])
        {
            var answer = await GetAsync(_sale, path, accepted is null ? [] : [("Accept-Encoding", accepted)]);
            answer.Is(200).Header("Content-Encoding").ShouldBe(coding, path);
            answer.Header("Vary")!.ShouldContain("Accept-Encoding", Case.Sensitive, path);
        }
    }

    [Fact]
    public async Task What_a_page_loads_is_kept_for_ever_and_changes_its_address_with_its_content()
    {
        var batch = await _sale.CreateAsync();
        foreach (var path in (string[])["/", $"/sale/{batch}", "/sale/nothing-here"])
        {
            var page = new PageText((await _sale.Client.GetAsync(path)).Text);
            var loaded = page.Tags("script").Select(tag => tag.GetValueOrDefault("src"))
                .Concat(page.Links("stylesheet").Select(link => link.Address))
                .Concat(page.Links("modulepreload").Select(link => link.Address)).OfType<string>().ToArray();
            loaded.Length.ShouldBe(path == "/sale/nothing-here" ? 1 : 3, "one style sheet, one script, its texts");
            foreach (var file in loaded)
            {
                var answer = (await _sale.Client.GetAsync(file)).Is(200);
                answer.Header("Cache-Control").ShouldBe("max-age=31536000, immutable", file);
                answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
            }
        }
    }

    [Theory]
    [InlineData("sale.0000000000.js", "^/pages/sale\\.[a-z0-9]+\\.js$")]
    [InlineData("zh-CN.0000000000.js", "^/pages/zh-CN\\.[a-z0-9]+\\.js$")]
    [InlineData("list.0000000000.css", "^/pages/list\\.[a-z0-9]+\\.css$")]
    [InlineData("other.0000000000.js", null)]
    [InlineData("sale.0000000000.svg", null)]
    public async Task A_page_of_another_version_gets_the_files_of_this_one(string asked, string? own)
    {
        var answer = await _sale.Client.GetAsync($"/pages/{asked}");
        if (own is null)
        {
            answer.IsRefusal(404, "not-found");
            return;
        }
        answer.Is(302).Header("Cache-Control").ShouldBe("no-store");
        answer.Header("Location")!.ShouldMatch(own);
        (await _sale.Client.GetAsync(answer.Header("Location")!)).Is(200);
    }

    private static async Task<PageText> ReadAsync(
        SaleFront sale, string path, params (string Name, string Value)[] headers) =>
        new((await GetAsync(sale, path, headers)).Is(200).Text);

    private static Task<Answer> GetAsync(SaleFront sale, string path, (string Name, string Value)[] headers) =>
        sale.Client.SendAsync("GET", path, headers: [.. headers.Where(header => header.Value.Length > 0)]);
}
