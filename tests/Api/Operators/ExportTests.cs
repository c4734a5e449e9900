using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

[Collection(SaleTests.Name)]
public sealed class ExportTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task The_ledger_is_the_lines_of_the_contract_and_their_chain_recomputes()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 3), _sale.NewUser());
        var order = (await _sale.BuyAsync(batch, user, "k")).Is(201)["id"]!;
        await _sale.OperateAsync(batch, "pause");
        await _sale.CancelAsync(order, user);

        var export = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/ledger", _sale.Operator)).Is(200);
        export.MediaType.ShouldBe("application/x-ndjson");
        export.Header("Cache-Control").ShouldBe("no-store");
        export.Text.ShouldEndWith("}\n");
        var lines = export.Text.TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line)).ToArray();
        lines.ShouldAllBe(line => Answer.NamesOf(line).SequenceEqual(new[] { "seq", "type", "at", "data", "hash" }));
        lines.Select(line => line.GetProperty("seq").GetInt64()).ShouldBe([1, 2, 3, 4, 5]);
        lines.Select(line => line.GetProperty("type").GetString())
            .ShouldBe(["created", "opened", "held", "paused", "released"]);
        var held = lines[2].GetProperty("data");
        (held.GetProperty("order").GetString(), held.GetProperty("alias").GetString())
            .ShouldBe((order, _sale.Sign.AliasOf(user, batch)));
        export.Text.ShouldNotContain(user);

        // An independent program recomputes the chain and the state. The board names the same head.
        var ledger = await _sale.AuditAsync(batch);
        ledger.Entries.ShouldBe(5);
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(batch)).Number("head.seq") == 5, "the board shows the head");
        (await _sale.BoardAsync(batch))["head.hash"].ShouldBe(ledger.HeadHash);
    }

    [Fact]
    public async Task Orders_are_listed_page_by_page_with_what_operators_need()
    {
        var batch = await _sale.CreateAsync(stock: 5);
        var users = Enumerable.Range(0, 5).Select(_ => _sale.NewUser()).ToArray();
        var orders = new List<string>();
        foreach (var user in users) orders.Add(await _sale.OrderAsync(batch, user));
        await DeliverAsync(orders[0], users[0], "Lei Jun");
        var url = (await _sale.CheckOutAsync(orders[0], users[0])).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(orders[0], users[0], "paid");

        var page = await ListAsync(batch, "orders", "?limit=2");
        Ids(page).ShouldBe(orders[..2]);
        page["next"].ShouldBe(orders[1]);
        page.Header("Cache-Control").ShouldBe("no-store");
        Answer.NamesOf(page.Items[0]).ShouldBe(
            ["id", "user", "alias", "units", "quantity", "status", "amount", "heldAt", "payBy", "checkout", "payment",
                "delivery", "paidAt"]);
        page.Items[0].GetProperty("status").GetString().ShouldBe("paid");
        page.Items[0].GetProperty("checkout").GetString().ShouldBe(url[(url.LastIndexOf('/') + 1)..]);
        page.Items[0].GetProperty("delivery").GetProperty("name").GetString().ShouldBe("Lei Jun");
        var rest = await ListAsync(batch, "orders", $"?limit=3&after={page["next"]}");
        Ids(rest).ShouldBe(orders[2..]);
        var last = rest["next"] is { } next ? await ListAsync(batch, "orders", $"?after={next}") : rest;
        last["next"].ShouldBeNull();
        Ids(await ListAsync(batch, "orders", "")).ShouldBe(orders);
    }

    [Fact]
    public async Task One_users_orders_are_listed_page_by_page_too()
    {
        var batch = await _sale.CreateAsync(stock: 5, limit: 3);
        var (user, orders) = (_sale.NewUser(), new List<string>());
        foreach (var key in (string[])["k-1", "k-2"])
        {
            orders.Add((await _sale.BuyAsync(batch, user, key)).Is(201)["id"]!);
            await _sale.OrderAsync(batch, _sale.NewUser());
        }
        var page = await ListAsync(batch, "orders", $"?user={user}&limit=1");
        Ids(page).ShouldBe(orders[..1]);
        Ids(await ListAsync(batch, "orders", $"?user={user}&after={page["next"]}")).ShouldBe(orders[1..]);
        foreach (var (query, field) in new[] { ("limit=0", "limit"), ("after=x", "after") })
            (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/orders?user={user}&{query}", _sale.Operator))
                .IsRefusal(400, "invalid-request", field);
    }

    [Fact]
    public async Task Reservations_are_listed_page_by_page_without_those_who_cancelled()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        var users = Enumerable.Range(0, 4).Select(_ => _sale.NewUser()).Order(StringComparer.Ordinal).ToArray();
        foreach (var user in users) (await _sale.ReserveAsync(batch, user)).Is(201);
        await _sale.Client.SendAsync("DELETE", $"/api/batches/{batch}/reservation", _sale.Sign.Bearer(users[1]));

        var listed = new List<string>();
        string? after = null;
        do
        {
            var page = await ListAsync(batch, "reservations",
                "?limit=2" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"));
            foreach (var item in page.Items) Answer.NamesOf(item).ShouldBe(["user", "alias", "version", "reservedAt"]);
            listed.AddRange(page.Items.Select(item => item.GetProperty("user").GetString()!));
            after = page["next"];
        }
        while (after is not null);
        listed.ShouldBe([users[0], users[2], users[3]], ignoreOrder: true);
    }

    [Fact]
    public async Task Spreadsheets_get_names_in_any_script_and_no_formulas()
    {
        var batch = await _sale.CreateAsync(stock: 5, limit: 2);
        var (formula, chinese) = (_sale.NewUser(), _sale.NewUser());
        var first = await _sale.OrderAsync(batch, formula, 2);
        await DeliverAsync(first, formula, "=HYPERLINK(\"http://evil\";\"x\")", "+86 13800138000",
            "@SUM(1),\"quoted\"");
        var second = await _sale.OrderAsync(batch, chinese);
        await DeliverAsync(second, chinese, "王小明", "+1-555-123-4567", "北京市,海淀区\n中关村");

        var answer = await _sale.Client.SendAsync("GET", $"/api/operator/batches/{batch}/orders", _sale.Operator,
            headers: ("Accept", "text/csv"));
        answer.Is(200).Header("Content-Type").ShouldBe("text/csv; charset=utf-8");
        answer.Header("Content-Disposition").ShouldBe($"attachment; filename=\"{batch}-orders.csv\"");
        var rows = Csv(answer.Text.TrimStart('\uFEFF'));
        rows[0].ShouldBe(
        [
            "order", "user", "units", "quantity", "status", "amount", "currency", "heldAt", "payBy", "checkout",
            "payment", "name", "phone", "address", "alias", "cancelledBy", "cancelReason", "operator",
            "shippedAt", "tracking", "return", "paidAt", "refundedAt",
        ]);
        rows.Count.ShouldBe(3);
        rows[0].ShouldNotContain(column => column.StartsWith('\''));
        rows[1][..7].ShouldBe([first, formula, "1 2", "2", "awaiting-payment", $"{2 * Offer.Price}", "CNY"]);
        rows[1][7].ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        rows[1][11..14].ShouldBe(["'=HYPERLINK(\"http://evil\";\"x\")", "+86 13800138000", "'@SUM(1),\"quoted\""]);
        rows[2][11..14].ShouldBe(["王小明", "+1-555-123-4567", "北京市,海淀区\n中关村"]);
        // Texts are quoted and numbers are not, so that a reader can tell them apart.
        answer.Text.ShouldContain(
            $"\"{first}\",\"{formula}\",\"1 2\",2,\"awaiting-payment\",{2 * Offer.Price},\"CNY\",");
        answer.Text.Count(c => c == '\r').ShouldBe(3, "only rows end with CRLF");

        var roster = await _sale.Client.SendAsync(
            "GET", $"/api/operator/batches/{batch}/reservations", _sale.Operator,
                headers: ("Accept", "text/csv;q=0.9, */*;q=0.1"));
        var reservations = Csv(roster.Is(200).Text.TrimStart('\uFEFF'));
        reservations[0].ShouldBe(["user", "version", "reservedAt", "alias"]);
        reservations.Skip(1).Select(row => row[0]).ShouldBe([formula, chinese], ignoreOrder: true);
        (await _sale.Client.SendAsync("GET", $"/api/operator/batches/{batch}/orders", _sale.Operator,
            headers: ("Accept", "application/json, text/csv;q=0.5")))
            .MediaType.ShouldBe("application/json", "what is preferred is given");
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+8613800138000")]
    [InlineData("-1")]
    [InlineData("@SUM(1)")]
    [InlineData("＝1+1")]
    [InlineData("＋1")]
    [InlineData("－1")]
    [InlineData("＠SUM(1)")]
    [InlineData("﹦1")]
    [InlineData(" =1")]
    [InlineData("\t=1")]
    [InlineData("\n\u3000\u200b=1")]
    [InlineData("'=1")]
    [InlineData("''  '=1")]
    public void A_formula_has_one_apostrophe_before_it_and_no_other_text_is_changed(string text)
    {
        CsvTable.Marked(text).ShouldBe("'" + text);
        foreach (var other in (string[])["'t Hooft", "''", "a=1", "1+1", "王小明", "a\n=1", " x", "'1", "", " ",
            "5-3", "(-1)"])
            CsvTable.Marked(other).ShouldBe(other);
    }

    [Fact]
    public async Task What_was_no_telephone_number_when_it_was_kept_is_a_text_like_any_other()
    {
        using var file = new MemoryStream();
        await using (var csv = await CsvTable.BeginAsync(file, TestContext.Current.CancellationToken, "phone", "none"))
        {
            foreach (var phone in (string[])["+86 13800138000", "=cmd|' /C calc'!A0", "+12345+6", "+12345-A1"])
            {
                csv.Phone(phone);
                csv.Phone(null);
                await csv.EndRowAsync();
            }
        }
        file.ToArray()[..3].ShouldBe([0xEF, 0xBB, 0xBF], "or a spreadsheet takes it for another encoding");
        Csv(System.Text.Encoding.UTF8.GetString(file.ToArray()).TrimStart('\uFEFF')).Skip(1).Select(row => row[0])
            .ShouldBe(["+86 13800138000", "'=cmd|' /C calc'!A0", "'+12345+6", "'+12345-A1"]);
    }

    private static string[] Ids(Answer list) => [.. list.Items.Select(order => order.GetProperty("id").GetString()!)];

    // A reader of its own by RFC 4180, which shares nothing with the engine.
    private static List<string[]> Csv(string text)
    {
        var (rows, row, cell, quoted) =
            (new List<string[]>(), new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
            else if (c == '"') quoted = !quoted;
            else if (quoted || (c is not (',' or '\r' or '\n'))) cell.Append(c);
            else if (c != '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (c != '\n') continue;
                rows.Add([.. row]);
                row.Clear();
            }
        }

        (quoted, cell.Length, row.Count).ShouldBe((false, 0, 0), "the last row is whole");
        return rows;
    }

    private async Task DeliverAsync(
        string order, string user, string name, string phone = "12345", string address = "Beijing")
    {
        var body = new JsonObject { ["name"] = name, ["phone"] = phone, ["address"] = address };
        (await _sale.Client.SendAsync("PUT", $"/api/orders/{order}/delivery", _sale.Sign.Bearer(user), body)).Is(200);
    }

    private async Task<Answer> ListAsync(string batch, string list, string query) =>
        (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/{list}{query}", _sale.Operator)).Is(200);
}
