using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>Personal data can be removed. After that nothing stored names anybody.</summary>
public sealed class PersonalDataTests : IDisposable
{
    private const string Name = "Wang Xiaoming", Phone = "13800138000", Address = "Haidian District, Beijing";

    private static readonly JsonObject Reason = new() { ["reason"] = "the law says so" };

    private readonly ScratchFolder _directory = new();
    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_ledger_and_its_export_name_nobody_from_the_beginning()
    {
        await using var sale = await StartAsync();
        var batch = await sale.CreateAsync(stock: 3);
        var order = await sale.OrderAsync(batch, "weibo:alice");
        (await sale.BuyAsync(batch, "weibo:bob", "bobs-key")).Is(201);
        await sale.OperateAsync(batch, "pause", key: "operators-key");
        await CancelAsOperatorAsync(sale, order, "suspected-fraud");
        var export = await sale.ExportAsync(batch);
        foreach (var secret in (string[])["alice", "bob", "staff", "bobs-key", "operators-key"])
            export.ShouldNotContain(secret);
        export.ShouldContain(sale.Sign.AliasOf("weibo:alice", batch));
        (await sale.AuditAsync(batch)).Orders.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_is_anonymised_once_it_is_over_and_its_days_have_passed_and_nothing_stored_names_anybody()
    {
        string batch, order, late;
        await using (var sale = await StartAsync())
        {
            batch = await sale.CreateAsync(stock: 3, change: terms => terms["keepPersonalDataDays"] = 1);
            order = await PaidAsync(sale, batch, "weibo:alice-erased");
            await sale.RegisterAsync(batch, "weibo:bob-erased");
            await DeliverAllAsync(sale, batch, "weibo:bob-erased");
            late = await sale.OrderAsync(batch, "weibo:bob-erased");
            (await AnonymiseAsync(sale, batch)).IsRefusal(409, "conflict");
            sale.Clock.Advance(2 * Offer.StageLasts);
            await sale.UntilOrderIsAsync(late, "weibo:bob-erased", "expired");
            (await AnonymiseAsync(sale, batch)).IsRefusal(409, "conflict");
            sale.Clock.Advance(TimeSpan.FromDays(1));
            (await sale.Client.PostAsync($"/api/operator/batches/{batch}/anonymise",
                sale.Sign.Bearer("weibo:alice-erased"), Reason.DeepClone()))
                .IsRefusal(403, "forbidden");
            (await AnonymiseAsync(sale, batch)).Is(204);
            (await AnonymiseAsync(sale, batch)).Is(204);

            // The batch is still there, but knows no users any more.
            (await sale.BoardAsync(batch)).Is(200)["phase"].ShouldBe("closed");
            (await sale.ReadOrderAsync(order, "weibo:alice-erased")).IsRefusal(404, "not-found");
            (await sale.Client.GetAsync($"/api/me/orders?batch={batch}", sale.Sign.Bearer("weibo:alice-erased")))
                .Is(200).Items.ShouldBeEmpty();
            (await sale.ReserveAsync(batch, "weibo:alice-erased")).IsRefusal(409, "reservation-closed");
            (await sale.BuyAsync(batch, "weibo:alice-erased")).IsRefusal(409, "sale-closed");
            var listed = (await sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", sale.Operator)).Is(200);
            listed.Items.Length.ShouldBe(2);
            listed.Items.ShouldAllBe(item => item.GetProperty("user").ValueKind == System.Text.Json.JsonValueKind.Null);
            listed.Text.ShouldNotContain(Name);
            (await sale.AuditAsync(batch)).Orders.Count.ShouldBe(2);
        }
        await using (var sale = await StartAsync(advanced: true))
        {
            // Nobody has read the board since the start.
            (await sale.Client.GetAsync($"/api/me/orders?batch={batch}", sale.Sign.Bearer("weibo:alice-erased")))
                .Is(200).Items.ShouldBeEmpty();
            (await sale.ReadOrderAsync(order, "weibo:alice-erased")).IsRefusal(404, "not-found");
            (await AnonymiseAsync(sale, batch)).Is(204);
        }
        FindInFiles("-erased", Name, Phone, Address).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_user_is_erased_once_no_order_needs_them_and_cannot_begin_again_in_that_batch()
    {
        string ended, other;
        await using (var sale = await StartAsync())
        {
            ended = await sale.CreateAsync(stock: 3);
            other = await sale.CreateAsync(Stage.Reserving);
            (await sale.ReserveAsync(other, "weibo:carol-erased")).Is(201);
            await DeliverAllAsync(sale, other, "weibo:carol-erased");
            var order = await sale.OrderAsync(ended, "weibo:carol-erased");
            await DeliverAsync(sale, order, "weibo:carol-erased");
            var kept = await sale.OrderAsync(ended, "weibo:dora");
            (await sale.Client.PostAsync("/api/operator/users/end-sessions", sale.Operator, new JsonObject
            {
                ["user"] = "weibo:carol-erased",
                ["reason"] = "carol-erased lost a telephone",
            })).Is(204);

            (await EraseAsync(sale, "weibo:carol-erased")).IsRefusal(409, "conflict")["detail"]!.ShouldContain(order);
            (await sale.Client.GetAsync($"/api/batches/{other}/reservation", sale.Sign.Bearer("weibo:carol-erased")))
                .Is(200);
            await sale.CancelAsync(order, "weibo:carol-erased");
            (await EraseAsync(sale, "weibo:carol-erased")).Is(200).Text.ShouldContain(other);
            (await EraseAsync(sale, "weibo:carol-erased")).Is(200).Text.ShouldBe("{\"batches\":[]}");

            (await sale.Client.GetAsync($"/api/batches/{other}/reservation", sale.Sign.Bearer("weibo:carol-erased")))
                .IsRefusal(404, "not-found")["limit"].ShouldBe("reservation-changes");
            (await sale.ReserveAsync(other, "weibo:carol-erased")).IsRefusal(409, "limit-reached");
            (await sale.BoardAsync(other)).Number("reserved").ShouldBe(0);
            (await sale.ReadOrderAsync(kept, "weibo:dora")).Is(200);
            var listed = (await sale.Client.GetAsync($"/api/operator/batches/{ended}/orders", sale.Operator)).Is(200);
            listed.Items.Select(item => item.GetProperty("user").GetString()).ShouldBe([null, "weibo:dora"]);
            (await sale.Client.GetAsync($"/api/operator/batches/{ended}/orders?user=weibo:dora", sale.Operator)).Is(200)
                .Items.ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(kept);
            (await sale.Client.GetAsync($"/api/operator/batches/{ended}/orders?user=dora", sale.Operator))
                .IsRefusal(400, "invalid-request", "user");
        }
        FindInFiles("carol-erased", Name, Phone, Address).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_erased_user_may_not_give_an_address_for_a_paid_order_again()
    {
        string batch, order;
        await using (var sale = await StartAsync())
        {
            batch = await sale.CreateAsync(stock: 3);
            order = await PaidAsync(sale, batch, "weibo:carol-erased", isDelivered: false);
            (await sale.OperateAsync(batch, "close")).Is(200);
            (await EraseAsync(sale, "weibo:carol-erased")).Is(200).Text.ShouldContain(batch);
            (await AddressAsync(sale, order, "weibo:carol-erased")).IsRefusal(404, "not-found");
        }
        await using (var sale = await StartAsync())
        {
            (await AddressAsync(sale, order, "weibo:carol-erased")).IsRefusal(404, "not-found");
            (await sale.AuditAsync(batch)).Orders.Count.ShouldBe(1);
        }
        FindInFiles("carol-erased", Name, Phone, Address).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_reads_an_order_learns_who_cancelled_it_and_why()
    {
        await using var sale = await StartAsync();
        var batch = await sale.CreateAsync(stock: 3);
        var (byBuyer, byOperator) =
            (await sale.OrderAsync(batch, "weibo:alice"), await sale.OrderAsync(batch, "weibo:bob"));
        (await sale.CancelAsync(byBuyer, "weibo:alice")).Is(200)["cancelledBy"].ShouldBe("buyer");
        (await CancelAsOperatorAsync(sale, byOperator, "nonsense")).IsRefusal(400, "invalid-request", "reason");
        var cancelled = (await CancelAsOperatorAsync(sale, byOperator, "undeliverable")).Is(200);
        (cancelled["user"], cancelled["cancelledBy"], cancelled["cancelReason"])
            .ShouldBe(("weibo:bob", "operator", "undeliverable"));
        var seen = (await sale.ReadOrderAsync(byOperator, "weibo:bob")).Is(200);
        (seen["cancelledBy"], seen["cancelReason"]).ShouldBe(("operator", "undeliverable"));
        (await sale.ReadOrderAsync(byBuyer, "weibo:alice")).Is(200).Text.ShouldNotContain("cancelReason");
        var listed = (await sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", sale.Operator)).Is(200);
        listed.Items[1].GetProperty("operator").GetString().ShouldBe(sale.Sign.AliasOf("staff:op", batch));
    }

    [Fact]
    public async Task While_ticket_keys_are_rotated_old_tickets_buy_and_new_ones_are_signed_with_the_first_key()
    {
        var (older, newer) = (_secrets.TicketKey, Enumerable.Repeat((byte)7, 32).ToArray());
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Secrets = _secrets,
            Settings = new()
            {
                ["Sale:TicketKey"] = $"{Convert.ToBase64String(newer)} {Convert.ToBase64String(older)}",
            },
        });
        var batch = await sale.CreateAsync(Stage.Reserving);
        var signed = (await sale.ReserveAsync(batch, "weibo:alice")).Is(201)["ticket"];
        signed.ShouldBe(sale.Sign.Ticket("weibo:alice", batch, key: newer));
        sale.Clock.Advance(2 * Offer.StageLasts);
        (await sale.Client.BuyAsync(batch, "Ticket " + sale.Sign.Ticket("weibo:bob", batch, key: older))).Is(201);
        (await sale.Client.BuyAsync(batch, "Ticket " + signed)).Is(201);
        (await sale.Client.BuyAsync(batch, "Ticket " + sale.Sign.Ticket("weibo:eve", batch, key: new byte[32])))
            .IsRefusal(401, "unauthenticated");
    }

    private async Task<SaleFront> StartAsync(bool advanced = false)
    {
        var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Secrets = _secrets,
            Settings = new() { ["Sale:DataDirectory"] = _directory.Path },
        });
        if (advanced) sale.Clock.Advance((2 * Offer.StageLasts) + TimeSpan.FromDays(1));
        return sale;
    }

    private static Task<Answer> AnonymiseAsync(SaleFront sale, string batch) =>
        sale.Client.PostAsync($"/api/operator/batches/{batch}/anonymise", sale.Operator,
            (JsonObject)Reason.DeepClone());

    private static Task<Answer> EraseAsync(SaleFront sale, string user) => sale.Client.PostAsync(
        "/api/operator/users/erase", sale.Operator,
        new JsonObject { ["user"] = user, ["reason"] = $"{user} asked for it" });

    private static Task<Answer> CancelAsOperatorAsync(SaleFront sale, string order, string reason) =>
        sale.Client.SendAsync("DELETE", $"/api/orders/{order}?reason={reason}", sale.Operator);

    private static async Task<string> PaidAsync(
        SaleFront sale, string batch, string user, bool isDelivered = true)
    {
        var order = await sale.OrderAsync(batch, user);
        if (isDelivered) await DeliverAsync(sale, order, user);
        await sale.DecideAsync((await sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid");
        await sale.UntilOrderIsAsync(order, user, "paid");
        return order;
    }

    private static async Task DeliverAsync(SaleFront sale, string order, string user) =>
        (await AddressAsync(sale, order, user)).Is(200);

    // What the user buys from the batch.
    private static async Task DeliverAllAsync(SaleFront sale, string batch, string user) =>
        (await PutAddressAsync(sale, $"/api/batches/{batch}/reservation/delivery", user)).Is(200);

    private static Task<Answer> AddressAsync(SaleFront sale, string order, string user) =>
        PutAddressAsync(sale, $"/api/orders/{order}/delivery", user);

    private static Task<Answer> PutAddressAsync(SaleFront sale, string path, string user) => sale.Client.SendAsync(
        "PUT", path, sale.Sign.Bearer(user),
        new JsonObject { ["name"] = Name, ["phone"] = Phone, ["address"] = Address });

    // The sandbox's file belongs to the payment provider, not to the engine.
    private string[] FindInFiles(params string[] texts) =>
    [
        .. from file in Directory.GetFiles(_directory.Path)
           where !Path.GetFileName(file).StartsWith("sandbox", StringComparison.Ordinal)
           let bytes = File.ReadAllBytes(file)
           from text in texts
           where bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0
           select $"{text} in {Path.GetFileName(file)}",
    ];
}
