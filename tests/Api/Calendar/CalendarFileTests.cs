using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Calendar;

/// <summary>The calendar file of a batch over HTTP.</summary>
[Collection(SaleTests.Name)]
public sealed class CalendarFileTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_batch_has_a_calendar_file_in_the_language_of_whoever_asks()
    {
        var batch = await CreateAsync();
        var own = _sale.Client.Address.ToString().TrimEnd('/');
        var file = (await GetAsync(batch, "")).Is(200);
        file.Header("Content-Type").ShouldBe("text/calendar; charset=utf-8");
        file.Header("Content-Disposition").ShouldBe($"inline; filename=\"{batch}.ics\"");
        file.Text.ShouldContain("\r\nSUMMARY:Mi2\\, for Weibo\r\n");
        file.Text.ShouldContain($"\r\nURL:{own}/sale/{batch}\r\n");
        file.Text.ShouldContain("\r\nDTSTART:20991221T040000Z\r\n");

        var chinese = (await GetAsync(batch, "?lang=zh-CN")).Is(200);
        chinese.Text.ShouldContain("\r\nSUMMARY:小米手机 2\r\n");
        chinese.Text.ShouldContain($"\r\nURL:{own}/sale/{batch}?lang=zh-CN\r\n");
        Line(chinese, "UID").ShouldBe(Line(file, "UID"));
        (await GetAsync(batch, "", ("Accept-Language", "zh"))).Is(200).Text.ShouldContain("SUMMARY:小米手机 2");
    }

    [Fact]
    public async Task The_address_in_it_is_the_one_that_the_settings_name()
    {
        await using var shop = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new() { ["Payments:PublicAddress"] = "https://shop.example/mi", ["Sale:PathBase"] = "/mi" },
        });
        var batch = await shop.CreateAsync(Stage.Reserving);
        var file = (await shop.Client.GetAsync($"/mi/api/batches/{batch}/calendar.ics")).Is(200).Text;
        file.ShouldContain($"\r\nURL:https://shop.example/mi/sale/{batch}\r\n");
        file.ShouldContain($"\r\nUID:{batch}@shop.example/mi\r\n");
    }

    [Fact]
    public async Task It_is_kept_and_compressed_as_the_page_is()
    {
        var batch = await CreateAsync();
        var file = (await GetAsync(batch, "")).Is(200);
        file.Header("Cache-Control").ShouldBe("public, max-age=60");
        file.Header("Vary").ShouldBe("Accept-Language, Cookie, Accept-Encoding");
        (await GetAsync(batch, "?lang=en")).Header("Vary").ShouldBe("Accept-Encoding");
        (await GetAsync(batch, "", ("If-None-Match", file.Header("ETag")!))).Is(304).Text.ShouldBeEmpty();
        (await GetAsync(batch, "", ("Accept-Encoding", "br"))).Is(200).Header("Content-Encoding").ShouldBe("br");
    }

    [Fact]
    public async Task A_batch_that_an_operator_closes_before_it_opens_is_cancelled()
    {
        var batch = await CreateAsync();
        var before = (await GetAsync(batch, "")).Is(200);
        Line(before, "STATUS").ShouldBe("CONFIRMED");
        (await _sale.OperateAsync(batch, "close")).Is(200);
        var after = (await GetAsync(batch, "", ("If-None-Match", before.Header("ETag")!))).Is(200);
        Line(after, "STATUS").ShouldBe("CANCELLED");
        Line(after, "UID").ShouldBe(Line(before, "UID"));
        int.Parse(Line(after, "SEQUENCE")).ShouldBeGreaterThan(int.Parse(Line(before, "SEQUENCE")));
    }

    [Fact]
    public async Task A_batch_that_is_closed_during_its_sale_has_opened()
    {
        var batch = await _sale.CreateAsync();
        (await _sale.OperateAsync(batch, "close")).Is(200);
        Line((await GetAsync(batch, "")).Is(200), "STATUS").ShouldBe("CONFIRMED");
    }

    [Fact]
    public async Task Bad_requests_are_named()
    {
        var batch = await CreateAsync();
        foreach (var id in (string[])["nowhere", "UPPER", "b.17", "%E2%82"])
            (await GetAsync(id, "")).IsRefusal(404, "not-found");
        foreach (var language in (string[])["fr", "", "%00", "x\u00e9"])
            (await GetAsync(batch, $"?lang={language}")).IsRefusal(400, "invalid-request", "lang");
        (await _sale.Client.SendAsync("POST", $"/api/batches/{batch}/calendar.ics", _sale.Operator))
            .IsRefusal(405, "method-not-allowed");
    }

    private Task<string> CreateAsync() => _sale.CreateAsync(Stage.Reserving, change: terms =>
    {
        terms["title"] = new JsonObject { ["en"] = "Mi2, for Weibo", ["zh-CN"] = "小米手机 2" };
        terms["schedule"]!["saleOpens"] = "2099-12-21T04:00:00Z";
        terms["schedule"]!["saleCloses"] = "2099-12-22T04:00:00Z";
    });

    private Task<Answer> GetAsync(string batch, string query, params (string Name, string Value)[] headers) =>
        _sale.Client.SendAsync("GET", $"/api/batches/{batch}/calendar.ics{query}", headers: headers);

    private static string Line(Answer file, string name) => file.Text.Split("\r\n")
        .Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..];
}
