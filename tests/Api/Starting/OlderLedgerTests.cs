using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using OrleansSale.Silo;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>
/// A data directory whose ledger was lost, or replaced by an older one, beside documents that know more.
/// </summary>
public sealed class OlderLedgerTests : IDisposable
{
    private readonly ScratchFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_older_ledger_is_refused_in_one_line_and_told_to_go_on_tells_nobody_of_what_it_lacks()
    {
        string batch, lost;
        await using (var sale = await StartAsync())
        {
            batch = await sale.CreateAsync();
            await DeliverAsync(sale, await sale.OrderAsync(batch, "weibo:alice"), "weibo:alice");
        }
        File.Copy(LedgerPath, LedgerPath + ".backup");
        await using (var sale = await StartAsync())
        {
            lost = await sale.OrderAsync(batch, "weibo:bob");
            await DeliverAsync(sale, lost, "weibo:bob");
            (await sale.CheckOutAsync(lost, "weibo:bob")).Is(200);
        }
        File.Move(LedgerPath + ".backup", LedgerPath, overwrite: true);

        var refused = (await Should.ThrowAsync<StartException>(StartAsync())).Message;
        refused.ShouldContain($"of batch {batch} they know entry 4, and it ends at entry 3");
        refused.ShouldContain("Sale:AcceptOlderLedger");
        refused.ShouldNotContain("\n");

        await using (var sale = await StartAsync(accepts: true))
        {
            (await sale.OrderAsync(batch, "weibo:carol")).ShouldBe(lost);
            (await sale.Client.GetAsync($"/api/orders/{lost}/delivery", sale.Sign.Bearer("weibo:carol"))).Is(204);
            (await sale.CheckOutAsync(lost, "weibo:carol")).Is(200);
            var orders = (await sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", sale.Operator))
                .Is(200).Text;
            orders.ShouldContain("of weibo:alice");
            orders.ShouldNotContain("of weibo:bob");
        }
        // One acceptance is enough for ever.
        await using (var sale = await StartAsync()) (await sale.BoardAsync(batch)).Is(200);
    }

    [Fact]
    public async Task A_lost_ledger_is_refused_and_told_to_go_on_its_batches_are_not_there()
    {
        string batch;
        await using (var sale = await StartAsync()) batch = await sale.CreateAsync();
        File.Delete(LedgerPath);
        (await Should.ThrowAsync<StartException>(StartAsync()))
            .Message.ShouldContain($"of batch {batch} they know entry 1, and it has none");
        await using var after = await StartAsync(accepts: true);
        (await after.BoardAsync(batch)).IsRefusal(404, "not-found");
        (await after.Client.GetAsync("/api/batches")).Is(200).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Documents_that_cannot_be_read_take_away_no_batch_and_no_list()
    {
        string batch, order;
        await using (var sale = await StartAsync())
        {
            batch = await sale.CreateAsync();
            order = await sale.OrderAsync(batch, "weibo:alice");
            await DeliverAsync(sale, order, "weibo:alice");
        }
        await using (var documents =
            new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "grains.db")};Pooling=False"))
        {
            await documents.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = documents.CreateCommand();
            command.CommandText = """
                UPDATE GrainState SET Payload = CAST('{"Batches":[{' AS BLOB)
                WHERE GrainType NOT LIKE '%batch-key%'
                """;
            (await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(2);
        }

        await using var damaged = await StartAsync();
        (await damaged.BoardAsync(batch)).Is(200);
        var (delivery, alice) = ($"/api/orders/{order}/delivery", damaged.Sign.Bearer("weibo:alice"));
        (await damaged.Client.GetAsync(delivery, alice)).IsRefusal(503, "unavailable");
        (await damaged.CheckOutAsync(order, "weibo:alice")).Is(200);
        (await damaged.Client.GetAsync(delivery, alice)).IsRefusal(503, "unavailable");
        var listed = (await damaged.Client.GetAsync($"/api/operator/batches/{batch}/orders", damaged.Operator)).Is(200);
        listed.Items.ShouldHaveSingleItem().GetProperty("deliveryDamaged").GetBoolean().ShouldBeTrue();
        // After a new PUT the delivery is there again.
        await DeliverAsync(damaged, order, "weibo:alice");
        (await damaged.Client.GetAsync(delivery, alice)).Is(200);
        damaged.Front.Log.All.Count.ShouldBe(2, string.Join('\n', damaged.Front.Log.All));
        damaged.Front.Log.All.ShouldAllBe(line => !$"{line}".Contains("   at ", StringComparison.Ordinal));
    }

    private string LedgerPath => Path.Combine(_directory.Path, "ledger.db");

    private Task<SaleFront> StartAsync(bool accepts = false) => SaleFront.StartAsync(new FrontPlan
    {
        Secrets = _secrets,
        Settings = new()
        {
            ["Sale:DataDirectory"] = _directory.Path,
            ["Sale:AcceptOlderLedger"] = accepts ? "true" : "false",
        },
    });

    private readonly Engine.EngineSecrets _secrets = Engine.EngineSecrets.Make();

    private static async Task DeliverAsync(SaleFront sale, string order, string user) => (await sale.Client.SendAsync(
        "PUT", $"/api/orders/{order}/delivery", sale.Sign.Bearer(user),
        new JsonObject { ["name"] = "of " + user, ["phone"] = "13800138000", ["address"] = "of " + user })).Is(200);
}
