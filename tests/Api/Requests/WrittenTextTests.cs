using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Requests;

/// <summary>What people write comes through as they wrote it, wherever they may write.</summary>
[Collection(SaleTests.Name)]
public sealed class WrittenTextTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Names_and_addresses_of_any_script_are_kept_as_they_were_written()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var path = $"/api/orders/{await _sale.OrderAsync(batch, user)}/delivery";
        foreach (var (name, phone, address) in ((string, string, string)[])
        [
            ("王小明", "13800138000", "北京市海淀区\n中关村大街1号"),
            ("李\U000323b0\U0001faea", "+86 138-0013-8000", "Flat 3\tleft\n\n12 High St"),
            ("O'Neil\u00a0Jr.", "(555) 123-4567 ext. 5", "山田\u3000太郎方"),
            ("می\u200cخواهم \u200fمحمد", "+98 21 1234 5678", "کوچه\u200c۱۲\u061c, \u200eB2"),
            ("👨\u200d👩\u200d👧 e\u0301", "010-68888888转12", "🏠12"),
            (new string('a', 100), new string('1', 32), new string('b', 500)),
            (string.Concat(Enumerable.Repeat("𠜎", 50)), "12345", string.Concat(Enumerable.Repeat("𠜎\n", 166))),
        ])
        {
            var put = await PutAsync(path, user, name, phone, address);
            (put.Is(200)["name"], put["phone"], put["address"]).ShouldBe((name, phone, address));
            (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(user))).Is(200).Text.ShouldBe(put.Text);
        }
    }

    [Fact]
    public async Task Line_breaks_become_line_feeds_and_digits_of_a_telephone_number_ASCII()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var path = $"/api/orders/{await _sale.OrderAsync(batch, user)}/delivery";
        var put = await PutAsync(path, user, "x", "＋８６\u3000１３８００１３８０００", "a\r\nb\rc\u2028d");
        (put.Is(200)["phone"], put["address"]).ShouldBe(("+86 13800138000", "a\nb\nc\nd"));
        // The length is counted after that.
        var crlf = string.Concat(Enumerable.Repeat("a\r\n", 250));
        (await PutAsync(path, user, "x", "12345", crlf)).Is(200)["address"]!.Length.ShouldBe(500);
    }

    [Theory]
    [InlineData("name", "\u3000", "blank")]
    [InlineData("name", null, "missing")]
    [InlineData("name", "a\u202eb", "characters")]
    [InlineData("name", "{101}", "too-long")]
    [InlineData("phone", "1234", "too-short")]
    [InlineData("phone", "call me maybe 12345", "malformed")]
    [InlineData("address", "x", "too-short")]
    [InlineData("address", "\n\n", "blank")]
    public async Task The_problem_says_what_is_wrong_with_a_field(string field, string? value, string fault)
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var path = $"/api/orders/{await _sale.OrderAsync(batch, user)}/delivery";
        var body = new JsonObject { ["name"] = "x", ["phone"] = "12345", ["address"] = "xy" };
        if (value is null) body.Remove(field);
        else body[field] = value == "{101}" ? new string('a', 101) : value;
        var refused = await _sale.Client.SendAsync("PUT", path, _sale.Sign.Bearer(user), body);
        refused.IsRefusal(400, "invalid-request", field)["fault"].ShouldBe(fault);
    }

    [Fact]
    public async Task A_user_of_any_script_signs_in_reserves_buys_and_is_listed()
    {
        foreach (var subject in (string[])["李\U000323b0", "\U0001faea", "می\u200cخواهم", "👨\u200d👩\u200d👧",
            "=1+1", "'; --"])
        {
            (await _sale.Client.PostAsync("/dev/tokens",
                body: new JsonObject { ["user"] = subject, ["channel"] = "weibo" })).Is(200);
            var claims = new JsonObject { ["sub"] = subject, ["channel"] = "weibo", ["name"] = "李\U000323b0 \u200f😀" };
            var me = await _sale.Client.GetAsync("/api/me", "Bearer " + _sale.Sign.Token(claims));
            (me["user"], me["name"]).ShouldBe(($"weibo:{subject}", "李\U000323b0 \u200f😀"));
            var batch = await _sale.CreateAsync(Stage.Reserving);
            (await _sale.ReserveAsync(batch, $"weibo:{subject}")).Is(201);
            var roster = await _sale.Client.GetAsync($"/api/operator/batches/{batch}/reservations", _sale.Operator);
            roster.Is(200).Items.ShouldHaveSingleItem().GetProperty("user").GetString().ShouldBe($"weibo:{subject}");
            var sale = await _sale.CreateAsync();
            var order = await _sale.OrderAsync(sale, $"weibo:{subject}");
            (await _sale.ReadOrderAsync(order, $"weibo:{subject}")).Is(200)["user"].ShouldBe($"weibo:{subject}");
            await _sale.AuditAsync(sale);
        }
    }

    [Fact]
    public async Task A_name_that_a_page_could_not_show_is_none()
    {
        foreach (var name in (string[])["\u202ealice", "a\nb", "\u3000", new string('a', 101)])
        {
            var token = _sale.Sign.Token(new JsonObject { ["sub"] = "alice", ["channel"] = "weibo", ["name"] = name });
            var me = await _sale.Client.GetAsync("/api/me", "Bearer " + token);
            (me["user"], me["name"]).ShouldBe(("weibo:alice", null));
        }
    }

    [Fact]
    public async Task A_reason_may_have_several_lines_and_the_ledger_stays_one_line_an_entry()
    {
        var batch = await _sale.CreateAsync(change: terms => terms["product"]!["name"] = "小米\U000323b0 👨\u200d👩 Mi2");
        (await _sale.Client.PostAsync($"/api/operator/batches/{batch}/pause", _sale.Operator,
            new JsonObject { ["reason"] = "1. 缺货\r\n2. check \U0001faea" })).Is(200)["product.name"]
            .ShouldBe("小米\U000323b0 👨\u200d👩 Mi2");
        (await _sale.AuditAsync(batch)).Entries.ShouldBe(3);
    }

    private Task<Answer> PutAsync(string path, string user, string name, string phone, string address) =>
        _sale.Client.SendAsync(
            "PUT", path, _sale.Sign.Bearer(user),
            new JsonObject { ["name"] = name, ["phone"] = phone, ["address"] = address });
}
