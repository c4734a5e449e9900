using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Batches;

/// <summary>A damaged ledger, as buyers, operators, the payment provider and the log see it.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly ScratchFolder _directory = new();
    private readonly FrontPlan _plan;

    public DamageTests() => _plan = new FrontPlan { Settings = new() { ["Sale:DataDirectory"] = _directory.Path } };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_damaged_batch_is_unavailable_everywhere_is_named_and_logged_once_and_the_others_sell()
    {
        string damaged, sound, order, bobsAlias;
        await using (var before = await SaleFront.StartAsync(_plan))
        {
            (damaged, sound) = (await before.CreateAsync(Stage.Reserving), await before.CreateAsync(Stage.Reserving));
            foreach (var batch in (string[])[damaged, sound])
                foreach (var user in (string[])["weibo:alice", "weibo:bob"])
                    (await before.ReserveAsync(batch, user)).Is(201);
            before.Clock.Advance(2 * Offer.StageLasts);
            order = await before.OrderAsync(damaged, "weibo:alice");
            bobsAlias = before.Sign.AliasOf("weibo:bob", sound);
        }

        await ExecuteAsync($"""
            UPDATE ledger_commit
            SET entries = CAST(replace(CAST(entries AS TEXT), '"reservation":1', '"reservation":9') AS BLOB)
            WHERE CAST(entries AS TEXT) LIKE '%"type":"held"%'
                AND stream = (SELECT id FROM stream WHERE name = 'batch/{damaged}');
            UPDATE ledger_commit SET entries = CAST('rubbish' AS BLOB)
            WHERE stream = (SELECT id FROM stream WHERE name = 'reservation/{sound}/{bobsAlias}');
            """);
        await using var sale = await SaleFront.StartAsync(_plan);
        sale.Clock.Advance(2 * Offer.StageLasts);
        await AssertUnavailableAsync(sale, damaged, order);
        var ready = "";
        await Eventually.HoldsAsync(
            async () => (ready = await ReadyAsync(sale)).Contains(damaged, StringComparison.Ordinal), "it is named");
        ready.ShouldBe($"ready\ndamaged: {damaged}");

        var faults = (await sale.Client.GetAsync("/api/operator/faults", sale.Operator)).Is(200).Items;
        var fault = faults.Where(one => one.GetProperty("kind").GetString() == "batch-damaged").ShouldHaveSingleItem();
        fault.GetProperty("batch").GetString().ShouldBe(damaged);
        fault.GetProperty("detail").GetString()!.ShouldContain("the chain breaks");

        // A user's damaged reservation does not affect others.
        var (alice, bob) = (sale.Sign.Bearer("weibo:alice"), sale.Sign.Bearer("weibo:bob"));
        (await sale.Client.GetAsync($"/api/batches/{sound}/reservation", bob)).IsRefusal(503, "unavailable");
        (await sale.Client.BuyAsync(sound, bob)).IsRefusal(503, "unavailable");
        (await sale.Client.BuyAsync(sound, alice)).Is(201);
        var listed = (await sale.Client.GetAsync("/api/batches")).Is(200);
        listed.Items.Select(board => board.GetProperty("id").GetString()).ShouldBe([sound]);
        var reservations =
            (await sale.Client.GetAsync($"/api/operator/batches/{sound}/reservations", sale.Operator)).Is(200);
        reservations.Json.GetProperty("damaged").GetRawText().ShouldBe($"[\"{bobsAlias}\"]");

        var logged = sale.Front.Log.With(" is damaged; ");
        logged.Count.ShouldBe(2, string.Join('\n', logged));
        logged.ShouldAllBe(line => line.Exception == null && !line.Text.Contains("   at ", StringComparison.Ordinal));
    }

    private static async Task AssertUnavailableAsync(SaleFront sale, string batch, string order)
    {
        var (path, of, alice) = ($"/api/batches/{batch}", $"/api/orders/{order}", sale.Sign.Bearer("weibo:alice"));
        var home = new JsonObject { ["name"] = "a", ["phone"] = "12345", ["address"] = "bc" };
        var again = Offer.Of(batch, sale.Clock.GetUtcNow(), Stage.OnSale, 10, 1, 900);
        var ticket = new JsonObject { ["ticket"] = sale.Sign.Ticket("weibo:bob", batch) };
        (string Method, string Path, string? By, object? Body)[] all =
        [
            ("GET", path, null, null), ("GET", path + "/live", null, null),
            ("PUT", path + "/reservation", alice, null), ("GET", path + "/reservation", alice, null),
            ("DELETE", path + "/reservation", alice, null),
            ("PUT", path + "/reservation/delivery", alice, home), ("GET", path + "/reservation/delivery", alice, null),
            ("DELETE", path + "/reservation/delivery", alice, null),
            ("POST", path + "/orders", "Ticket " + sale.Sign.Ticket("weibo:bob", batch), null),
            ("POST", path + "/orders", "Ticket " + sale.Sign.Ticket("weibo:alice", batch), null),
            ("POST", path + "/orders", sale.Sign.Bearer("weibo:bob"), null),
            ("POST", path + "/orders", sale.Sign.Bearer("weibo:bob"), ticket),
            ("GET", of, alice, null), ("DELETE", of, alice, null), ("GET", of + "/delivery", alice, null),
            ("PUT", of + "/delivery", alice, home), ("POST", of + "/checkout", alice, null),
            ("GET", $"/api/me/orders?batch={batch}", alice, null), ("GET", $"/api/me/live?batch={batch}", alice, null),
            ("GET", $"/api/me/reservation?batch={batch}", alice, null),
            ("GET", $"/api/operator/batches/{batch}/orders", sale.Operator, null),
            ("GET", $"/api/operator/batches/{batch}/payments", sale.Operator, null),
            ("POST", "/api/operator/batches", sale.Operator, again),
        ];
        foreach (var (method, asked, by, body) in all)
            (await sale.Client.SendAsync(method, asked, by, body?.ToString())).IsRefusal(503, "unavailable");
        foreach (var list in (string[])["orders", "payments", "money"])
            foreach (var format in (string[])[CsvTable.MediaType, XlsxTable.MediaType])
                (await sale.Client.SendAsync("GET", $"/api/operator/batches/{batch}/{list}", sale.Operator,
                    headers: ("Accept", format))).IsRefusal(503, "unavailable");
        foreach (var action in (string[])["pause", "resume", "close"])
            (await sale.OperateAsync(batch, action)).IsRefusal(503, "unavailable");
        foreach (var action in (string[])["restock", "withdraw"])
            (await sale.OperateAsync(batch, action, 1)).IsRefusal(503, "unavailable");
        // An operator needs the lines of the ledger that can still be read.
        (await sale.Client.GetAsync($"/api/operator/batches/{batch}/ledger", sale.Operator)).Is(200)
            .Text.ShouldContain("\"reservation\":9");
    }

    // This test moves the clock, and the check of the clock reports that.
    private static async Task<string> ReadyAsync(SaleFront sale) => string.Join(
        '\n', (await sale.ReadyAsync()).Where(line => !line.StartsWith("clock:", StringComparison.Ordinal)));

    private async Task ExecuteAsync(string change)
    {
        await using var ledger =
            new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "ledger.db")};Pooling=False");
        await ledger.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = ledger.CreateCommand();
        command.CommandText = change;
        (await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(2);
    }
}
