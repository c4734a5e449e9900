using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Requests;

/// <summary>Values outside their ranges: each is refused and named by its path, and nothing comes of it.</summary>
[Collection(SaleTests.Name)]
public sealed class BadFieldTests(SaleTests.Fixture fixture)
{
    private const string Missing = "(missing)";

    private readonly SaleFront _sale = fixture.Front;

    [Theory]
    [InlineData("id", Missing, "null", "1", "\"\"", "\"Upper\"", "\"a b\"", "\"a_b\"", "\"é\"", "\"a.b\"", "\"a/b\"",
        "[\"a\"]", "\"{65}\"", "\"20121222\"", "\"1e5\"", "\"0x10\"", "\"1-1\"", "\"2012-12-21\"",
        "\"-a\"", "\"may1\"")]
    [InlineData("product", Missing, "null", "\"mi2\"", "[]", "1")]
    [InlineData("product.id", Missing, "\"\"", "\"MI2\"", "1", "\"{65}\"")]
    [InlineData("product.name", Missing, "\"\"", "\" \"", "\"a\\u0000b\"", "\"a\\nb\"", "\"\\ud800\"", "\"\\u2028\"",
        "\"\\u3000\\u200b\"", "\"a\\u202eb\"", "\"a\\tb\"", "\"\\ufffe\"",
        "1", "\"{201}\"")]
    [InlineData("product.price", Missing, "1999", "\"1999 CNY\"")]
    [InlineData("product.price.amount", Missing, "0", "-1", "1.5", "1e99", "\"1999\"", "1000000000001",
        "99999999999999999999")]
    [InlineData("product.price.currency", Missing, "\"cny\"", "\"CN\"", "\"CNYY\"", "\"¥¥¥\"", "156", "\"RMB\"",
        "\"XXX\"", "\"XTS\"",
        "\"XAU\"", "\"XDR\"", "\"CLF\"", "\"USN\"", "\"ABC\"", "\"EURO\"")]
    [InlineData(
        "product.imageUrl", "\"javascript:alert(1)\"", "\"//evil.example/x.png\"", "\"http://plain.example/x.png\"",
        "\"data:image/png,x\"", "1",
        "\"{2001}\"")]
    [InlineData("channel", Missing, "\"\"", "\"Weibo\"", "[]", "[\"weibo\",\"weibo\"]", "[\"weibo\",1]", "[null]",
        "{}", "\"{33}\"")]
    [InlineData("stock", Missing, "0", "-5", "10000001", "1.0001", "\"5\"", "true", "1e400")]
    [InlineData("perUserLimit", Missing, "0", "-1", "101", "\"1\"")]
    [InlineData("paymentWindowSeconds", Missing, "0", "-1", "86401", "2147483648")]
    [InlineData("standbyLimit", "-1", "1000001", "1.5", "\"5\"", "true", "[]", "99999999999999999999")]
    [InlineData("offerWindowSeconds", "0", "-1", "86401", "1.5", "\"60\"", "2147483648", "{}")]
    [InlineData("backlogUnits", "-1", "10000001", "1.5", "\"5\"", "true", "[]")]
    [InlineData("schedule", Missing, "[]", "\"now\"")]
    [InlineData("schedule.reservationOpens", Missing, "\"soon\"", "1356062400", "\"2012-12-21\"",
        "\"2012-12-21T04:00:00\"", "\"2012-13-21T04:00:00Z\"")]
    [InlineData("schedule.reservationCloses", Missing, "\"1999-12-31T23:59:59Z\"", "\"2000-01-01T00:00:00Z\"")]
    [InlineData("schedule.saleOpens", Missing, "\"2000-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"")]
    [InlineData("schedule.saleCloses", Missing, "\"2000-01-01T00:00:00Z\"", "\"3000-01-01T00:00:00Z\"",
        "\"2012-12-21T04:00:00+25:00\"")]
    public async Task Terms_out_of_their_ranges_are_named(string field, params string[] values)
    {
        foreach (var value in values)
        {
            var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
            Set(terms, field, value);
            var answer = await _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, Raw(terms, value));
            answer.Status.ShouldBe(400, $"{field} = {value}: {answer}");
            answer["field"].ShouldBe(field, $"{value}: {answer}");
            answer.IsRefusal(400, "invalid-request", field);
            if (field != "id") (await _sale.BoardAsync((string)terms["id"]!)).IsRefusal(404, "not-found");
        }
    }

    [Fact]
    public async Task A_schedule_out_of_order_names_the_instant_that_comes_too_early()
    {
        var now = _sale.Clock.GetUtcNow();
        foreach (var (later, earlier, mayBeEqual) in ((string, string, bool)[])
        [
            ("reservationCloses", "reservationOpens", false), ("saleOpens", "reservationCloses", true),
            ("saleCloses", "saleOpens", false),
        ])
        {
            var terms = Offer.Of(_sale.NewId(), now, Stage.Reserving, 1, 1, 60);
            var schedule = terms["schedule"]!;
            var bound = DateTimeOffset.Parse((string)schedule[earlier]!, null);
            schedule[later] = Offer.Stamp(bound.AddMilliseconds(-1));
            (await CreateAsync()).IsRefusal(400, "invalid-request", $"schedule.{later}");
            schedule[later] = Offer.Stamp(bound);
            if (!mayBeEqual) (await CreateAsync()).IsRefusal(400, "invalid-request", $"schedule.{later}");
            else (await CreateAsync()).Is(201);

            Task<Answer> CreateAsync() => _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms);
        }
    }

    [Theory]
    [InlineData("quantity", "0", "-1", "1.5", "\"1\"", "10000001", "99999999999999999999", "true", "[1]", "1e99")]
    [InlineData("standby", "\"true\"", "1", "0", "[true]", "{}", "\"\"")]
    [InlineData("ticket", "\"\"", "1", "{}", "[\"x\"]", "\"\\ud800\"", "\"a\\u0001\"", "\"{1537}\"")]
    public async Task Purchases_out_of_their_ranges_are_named(string field, params string[] values)
    {
        var batch = await _sale.CreateAsync();
        foreach (var value in values)
        {
            var body = $$"""{"{{field}}":{{Filled(value)}}}""";
            (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser()), body: body))
                .IsRefusal(400, "invalid-request", field);
        }

        (await _sale.HeadAsync(batch)).Seq.ShouldBe(2);
    }

    [Theory]
    [InlineData("units", Missing, "0", "-1", "10000001", "1.5", "\"1\"", "null")]
    [InlineData("reason", Missing, "\"\"", "\"  \"", "1", "\"a\\u0007\"", "\"\\udc00\"", "\"{501}\"", "\"\\u3000\"",
        "\"a\\u202e\"")]
    public async Task Commands_out_of_their_ranges_are_named(string field, params string[] values)
    {
        var batch = await _sale.CreateAsync();
        foreach (var action in (string[])["restock", "withdraw", "pause", "resume", "close"])
        {
            if (field == "units" && action is not ("restock" or "withdraw")) continue;
            foreach (var value in values)
            {
                var body = new JsonObject { ["units"] = 1, ["reason"] = "x" };
                Set(body, field, value);
                (await _sale.Client.PostAsync($"/api/operator/batches/{batch}/{action}", _sale.Operator,
                    Raw(body, value)))
                    .IsRefusal(400, "invalid-request", field);
            }

            var key = new string('k', 65);
            (await _sale.OperateAsync(batch, action, 1, key)).IsRefusal(400, "invalid-request", "Idempotency-Key");
        }

        (await _sale.HeadAsync(batch)).Seq.ShouldBe(2);
    }

    [Theory]
    [InlineData("name", Missing, "\"\"", "1", "\"a\\u0000\"", "\"\\ud800\"", "\"{101}\"", "\"\\u00a0\\u3000\"",
        "\"\\u200b\"",
        "\"a\\nb\"", "\"a\\tb\"", "\"a\\u202eb\"", "\"a\\u2066b\"", "\"a\\ufffdb\"", "\"\\uffff\"")]
    [InlineData("phone", Missing, "\"12\"", "13800138000", "\"{33}\"", "\"     \"", "\"1234\"", "\"abcdefg\"",
        "\"=1+12345\"",
        "\"+12345+6\"", "\"-12345\"", "\"12345\\n6\"", "\"12345=A1\"", "\"+12345-A1\"", "\"@12345\"")]
    [InlineData("address", Missing, "\"\"", "\"x\"", "\"\\u3000\\u3000\"", "\"\\n\\r\\n\"", "\"x\\u200d\"", "{}",
        "\"{501}\"", "\"a\\u0007b\"",
        "\"a\\u202bb\"", "\"a\\udc00b\"")]
    public async Task Delivery_details_out_of_their_ranges_are_named(string field, params string[] values)
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var path = $"/api/orders/{await _sale.OrderAsync(batch, user)}/delivery";
        foreach (var value in values)
        {
            var body = new JsonObject { ["name"] = "x", ["phone"] = "12345", ["address"] = "xy" };
            Set(body, field, value);
            (await _sale.Client.SendAsync("PUT", path, _sale.Sign.Bearer(user), Raw(body, value)))
                .IsRefusal(400, "invalid-request", field);
        }

        (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(user))).Is(204);
    }

    [Theory]
    [InlineData("user", Missing, "\"\"", "\"a/b\"", "\"a:b\"", "\" a\"", "\"a\\u0001\"", "1", "\"{129}\"")]
    [InlineData("channel", Missing, "\"\"", "\"Weibo\"", "1", "\"{33}\"")]
    [InlineData("roles", "[\"a\",\"a\"]", "[1]", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]", "{}")]
    [InlineData("name", "\"\"", "1", "\"a\\u0001\"", "\"{101}\"")]
    public async Task Development_users_out_of_their_ranges_are_named(string field, params string[] values)
    {
        foreach (var value in values)
        {
            var body = new JsonObject { ["user"] = "x", ["channel"] = "weibo" };
            Set(body, field, value);
            (await _sale.Client.PostAsync("/dev/tokens", body: Raw(body, value)))
                .IsRefusal(400, "invalid-request", field);
        }
    }

    [Theory]
    [InlineData("limit", "0", "1001", "-1", "+1", "1.5", "", "%201", "x", "99999999999", "1&limit=2")]
    [InlineData("after", "x", "1", "{0}", "{0}.", "{0}.0", "{0}.01", "other.1", "%00", "{0}.1%0a")]
    public async Task Places_in_lists_out_of_their_ranges_are_named(string name, params string[] values)
    {
        var batch = await _sale.CreateAsync();
        var mine = _sale.Sign.Bearer(_sale.NewUser());
        foreach (var value in values)
        {
            var query = $"{name}={string.Format(null, value, batch)}";
            (await _sale.Client.GetAsync($"/api/me/orders?batch={batch}&{query}", mine))
                .IsRefusal(400, "invalid-request", name);
            (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/orders?{query}", _sale.Operator))
                .IsRefusal(400, "invalid-request", name);
            if (name != "limit") continue;
            (await _sale.Client.GetAsync($"/api/batches?{query}")).IsRefusal(400, "invalid-request", name);
            (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/reservations?{query}", _sale.Operator))
                .IsRefusal(400, "invalid-request", name);
        }

        foreach (var id in (string[])["", "batch=", "batch=UPPER", "batch=a%20b", $"batch={new string('a', 65)}"])
            (await _sale.Client.GetAsync($"/api/me/orders?{id}", mine)).IsRefusal(400, "invalid-request", "batch");
    }

    [Fact]
    public async Task A_place_among_batches_or_users_that_cannot_be_one_is_named()
    {
        var batch = await _sale.CreateAsync();
        foreach (var after in (string[])["alice", ":x", "Weibo:x", "weibo:a%00", "weibo:a%0Ab", "weibo:a/b",
            "weibo:" + new string('x', 2_000), "%FF"])
        {
            (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/reservations?after={after}", _sale.Operator))
                .IsRefusal(400, "invalid-request", "after");
        }

        foreach (var after in (string[])["UPPER", "a%20b", "%00", new string('a', 65)])
            (await _sale.Client.GetAsync($"/api/batches?after={after}")).IsRefusal(400, "invalid-request", "after");
        (await _sale.Client.GetAsync($"/api/batches?after={_sale.NewId()}-unknown"))
            .IsRefusal(400, "invalid-request", "after");
    }

    private static string Filled(string value) =>
        value.StartsWith("\"{", StringComparison.Ordinal)
            && int.TryParse(value.AsSpan(2, value.Length - 4), out var length)
            ? $"\"{new string('a', length)}\""
            : value;

    // Values are inserted as raw text, because a JSON document cannot hold some of them.
    private static string Raw(JsonObject body, string value) =>
        body.ToJsonString().Replace("\"@value@\"", Filled(value), StringComparison.Ordinal);

    private static void Set(JsonObject body, string path, string value)
    {
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(body, (within, name) => within[name]!.AsObject());
        if (value == Missing) parent.Remove(names[^1]);
        else parent[names[^1]] = "@value@";
    }
}
