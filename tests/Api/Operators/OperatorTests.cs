using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

[Collection(SaleTests.Name)]
public sealed class OperatorTests(SaleTests.Fixture fixture)
{
    private const string Schedule = """
        {"reservationOpens":"2100-01-01T00:00:00Z","reservationCloses":"2100-01-01T01:00:00Z",
        "saleOpens":"2100-01-01T02:00:00Z","saleCloses":"2100-01-01T03:00:00Z"}
        """;

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_batch_is_created_once_and_another_under_its_id_is_a_conflict()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, stock: 7, limit: 2,
            windowSeconds: 60);
        var made = (await CreateAsync(terms)).Is(201);
        made.Header("Location").ShouldBe($"/api/batches/{terms["id"]}");
        made.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        (made["phase"], made.Number("stock"), made.Number("head.seq")).ShouldBe(("reserving", 7, 1));
        foreach (var name in (string[])["reservationOpens", "reservationCloses", "saleOpens", "saleCloses"])
            made[$"schedule.{name}"].ShouldBe((string)terms["schedule"]![name]!);
        (await CreateAsync(terms)).Is(200).Names.ShouldBe(made.Names);
        (await CreateAsync(new JsonObject(terms.Reverse()
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))))).Is(200);

        foreach (var change in (Action<JsonObject>[])
        [
            other => other["stock"] = 8,
            other => other["perUserLimit"] = 3,
            other => other["paymentWindowSeconds"] = 61,
            other => other["channel"] = "twitter",
            other => other["product"]!["name"] = "Mi 3",
            other => other["schedule"]!["saleCloses"] = "2100-01-01T00:00:00Z",
        ])
        {
            var other = terms.DeepClone().AsObject();
            change(other);
            (await CreateAsync(other)).IsRefusal(409, "conflict");
        }

        (await _sale.HeadAsync((string)terms["id"]!)).Seq.ShouldBe(1);
        (await _sale.BoardAsync((string)terms["id"]!)).Is(200).Number("stock").ShouldBe(7);
    }

    [Fact]
    public async Task Instants_may_be_said_in_any_offset()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
        terms["schedule"]!["saleCloses"] = "2100-01-01T08:00:00.123456+08:00";
        (await CreateAsync(terms)).Is(201)["schedule.saleCloses"].ShouldBe("2100-01-01T00:00:00.123Z");
    }

    [Fact]
    public async Task Only_operators_may_and_others_learn_nothing()
    {
        var batch = await _sale.CreateAsync();
        var buyer = _sale.Sign.Bearer(_sale.NewUser());
        var before = await _sale.HeadAsync(batch);
        string[] commands = ["pause", "resume", "close", "restock", "withdraw", "suspend-line", "resume-line"];
        string[] changes = ["extend", "reschedule", "recall", "hide", "show"];
        (string Method, string Path)[] all =
        [
            ("POST", "/api/operator/batches"),
            .. commands.Select(command => ("POST", $"/api/operator/batches/{batch}/{command}")),
            .. ((string[])["orders", "reservations", "line", "ledger", "money"])
            .Select(export => ("GET", $"/api/operator/batches/{batch}/{export}")),
            ("DELETE", $"/api/operator/batches/{batch}/line/1"),
            .. changes.Select(command => ("POST", $"/api/operator/batches/{batch}/{command}")),
            ("GET", $"/api/operator/batches/{batch}/recall"), ("GET", "/api/operator/batches"),
        ];
        foreach (var (method, path) in all)
        {
            (await _sale.Client.SendAsync(method, path, buyer, method == "POST" ? "{}" : null))
                .IsRefusal(403, "forbidden");
            foreach (var by in (string?[])[null, "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch),
                "Bearer rubbish"])
                (await _sale.Client.SendAsync(method, path, by, method == "POST" ? "{}" : null))
                    .IsRefusal(401, "unauthenticated");
            var nowhere = path.Replace(batch, "nowhere", StringComparison.Ordinal);
            if (nowhere == path) continue;
            var body = method == "POST" ? $$"""
                {"reason":"x","units":1,"seconds":1,"orders":"all","schedule":{{Schedule}}}
                """ : null;
            (await _sale.Client.SendAsync(method, nowhere, _sale.Operator, body)).IsRefusal(404, "not-found");
        }

        (await _sale.HeadAsync(batch)).ShouldBe(before);
    }

    [Fact]
    public async Task A_pause_stops_holds_and_nothing_else()
    {
        var (batch, holder) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, holder);
        var paused = (await _sale.OperateAsync(batch, "pause")).Is(200);
        paused["phase"].ShouldBe("paused", "the answer shows what was done");
        (await _sale.OperateAsync(batch, "pause")).Is(200);
        (await _sale.BuyAsync(batch, _sale.NewUser())).IsRefusal(503, "paused");

        var url = (await _sale.CheckOutAsync(order, holder)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, holder, "paid");
        (await _sale.OperateAsync(batch, "resume")).Is(200)["phase"].ShouldBe("on-sale");
        (await _sale.OperateAsync(batch, "resume")).Is(200);
        await _sale.OrderAsync(batch, _sale.NewUser());
        (await _sale.ExportAsync(batch))
            .Split("\"paused\"").Length.ShouldBe(2, "a pause of what is paused is no entry");
    }

    [Fact]
    public async Task A_closed_sale_stays_closed_and_its_holds_may_be_paid()
    {
        var (batch, holder) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, holder);
        (await _sale.OperateAsync(batch, "close")).Is(200)["phase"].ShouldBe("closed");
        (await _sale.OperateAsync(batch, "close")).Is(200);
        (await _sale.BuyAsync(batch, _sale.NewUser())).IsRefusal(409, "sale-closed");
        foreach (var action in (string[])["pause", "resume"]) (await _sale.OperateAsync(batch, action))
            .IsRefusal(409, "sale-closed");
        (await _sale.OperateAsync(batch, "restock", 1)).IsRefusal(409, "sale-closed");
        (await _sale.OperateAsync(batch, "withdraw", 9)).Is(200).Number("withdrawn").ShouldBe(9);

        var url = (await _sale.CheckOutAsync(order, holder)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, holder, "paid");
        (await _sale.AuditAsync(batch)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task Stock_is_added_and_taken_out_once_per_key()
    {
        var batch = await _sale.CreateAsync(stock: 2);
        var more = (await _sale.OperateAsync(batch, "restock", 3, "r-1")).Is(200);
        (more.Number("stock"), more.Number("free")).ShouldBe((5, 5));
        (await _sale.OperateAsync(batch, "restock", 3, "r-1")).Is(200).Number("stock").ShouldBe(5);
        (await _sale.OperateAsync(batch, "restock", 4, "r-1")).IsRefusal(409, "conflict");
        (await _sale.OperateAsync(batch, "withdraw", 3, "r-1")).IsRefusal(409, "conflict");
        (await _sale.OperateAsync(batch, "restock", 1)).Is(200).Number("stock").ShouldBe(6);
        (await _sale.OperateAsync(batch, "restock", 1)).Is(200).Number("stock")
            .ShouldBe(7, "without a key every command is one of its own");

        await _sale.OrderAsync(batch, _sale.NewUser());
        (await _sale.OperateAsync(batch, "withdraw", 7)).IsRefusal(409, "conflict");
        var less = (await _sale.OperateAsync(batch, "withdraw", 6)).Is(200);
        (less.Number("free"), less.Number("held"), less.Number("withdrawn"), less["phase"])
            .ShouldBe((0, 1, 6, "sold-out"));
        (await _sale.OperateAsync(batch, "restock", 10_000_000)).IsRefusal(409, "conflict");

        var ledger = await _sale.AuditAsync(batch);
        (ledger.Units.Free, ledger.Units.Held, ledger.Units.Withdrawn).ShouldBe((0, 1, 6));
        (await _sale.ExportAsync(batch)).ShouldContain($"\"by\":\"{_sale.Sign.AliasOf("staff:op", batch)}\"");
    }

    [Fact]
    public async Task A_buyer_who_was_told_sold_out_buys_after_a_restock()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        await _sale.OrderAsync(batch, _sale.NewUser());
        (await _sale.BuyAsync(batch, user, "k")).IsRefusal(409, "sold-out");
        (await _sale.OperateAsync(batch, "restock", 1)).Is(200);
        await Eventually.HoldsAsync(async () =>
            (await _sale.BuyAsync(batch, user, "k")).Status is 200 or 201, "the front saw the restock");
    }

    private Task<Answer> CreateAsync(JsonObject terms) =>
        _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms);
}
