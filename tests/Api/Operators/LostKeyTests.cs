using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>A batch whose key is lost, as buyers, operators, monitoring and the log see it.</summary>
public sealed class LostKeyTests : IDisposable
{
    private const string OfKeys = "WHERE GrainType LIKE '%batch-key%'";

    private readonly ScratchFolder _directory = new();
    private readonly FrontPlan _plan;

    public LostKeyTests() => _plan = new FrontPlan { Settings = new() { ["Sale:DataDirectory"] = _directory.Path } };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("DELETE FROM GrainState " + OfKeys, "is missing")]
    [InlineData("UPDATE GrainState SET Payload = CAST('rubbish' AS BLOB) " + OfKeys, "cannot be read")]
    [InlineData("UPDATE GrainState SET Payload = CAST('{\"Key\":\"AAAA\"}' AS BLOB) " + OfKeys, "another batch")]
    public async Task The_batch_is_unavailable_is_named_and_logged_once_and_sells_again_with_its_key(
        string loss, string detail)
    {
        string batch, order;
        await using (var before = await SaleFront.StartAsync(_plan))
        {
            batch = await before.CreateAsync(stock: 3);
            order = await before.OrderAsync(batch, "weibo:alice");
        }
        await ExecuteAsync($"CREATE TABLE kept AS SELECT * FROM GrainState {OfKeys}");
        (await ExecuteAsync(loss)).ShouldBe(1);

        await using var sale = await SaleFront.StartAsync(_plan);
        await AssertUnavailableAsync(sale, batch, order);
        await AssertNamedAsync(sale, batch);
        var fault = (await FaultsAsync(sale)).ShouldHaveSingleItem();
        fault.GetProperty("batch").GetString().ShouldBe(batch);
        fault.GetProperty("detail").GetString()!.ShouldContain(detail);
        await AssertUnavailableAsync(sale, batch, order);
        LinesOf(sale, batch).ShouldHaveSingleItem();

        await ExecuteAsync($"""
            DELETE FROM GrainState {OfKeys};
            INSERT INTO GrainState SELECT * FROM kept;
            DROP TABLE kept
            """);
        await Eventually.HoldsAsync(
            async () => (await sale.BuyAsync(batch, "weibo:bob")).Status is 200 or 201, "it sells again");
        await Eventually.HoldsAsync(async () => await DamagedAsync(sale) is null, "it is not named any more");
        (await FaultsAsync(sale)).ShouldBeEmpty();
        (await sale.ReadOrderAsync(order, "weibo:alice")).Is(200);
        LinesOf(sale, batch).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_other_key_is_made_and_a_batch_without_users_is_not_damaged(bool isRebuilt)
    {
        string lost, anonymised;
        await using (var before = await SaleFront.StartAsync(_plan))
        {
            anonymised = await before.CreateAsync(stock: 3, change: terms => terms["keepPersonalDataDays"] = 0);
            before.Clock.Advance(TimeSpan.FromMinutes(2));
            (await before.OperateAsync(anonymised, "close")).Is(200);
            (await before.Client.PostAsync($"/api/operator/batches/{anonymised}/anonymise", before.Operator,
                new JsonObject { ["reason"] = "the law says so" })).Is(204);
            lost = await before.CreateAsync(stock: 3);
        }
        (await ExecuteAsync($"DELETE FROM GrainState {OfKeys} AND CAST(GrainKey AS TEXT) = '{lost}'")).ShouldBe(1);
        if (isRebuilt) await ExecuteAsync("DELETE FROM GrainState WHERE GrainType LIKE '%catalogue%'");
        for (var start = 0; start < 2; start++)
        {
            await using var sale = await SaleFront.StartAsync(_plan);
            await AssertNamedAsync(sale, lost);
            (await sale.BuyAsync(lost, "weibo:bob")).IsRefusal(503, "unavailable");
            (await FaultsAsync(sale)).ShouldHaveSingleItem().GetProperty("batch").GetString().ShouldBe(lost);
        }
    }

    [Theory]
    [InlineData("kept.Payload")]
    [InlineData("CAST('rubbish' AS BLOB)")]
    public async Task A_key_that_returns_to_an_anonymised_batch_is_removed_again(string payload)
    {
        string batch;
        await using (var before = await SaleFront.StartAsync(_plan))
        {
            batch = await before.CreateAsync(stock: 3, change: terms => terms["keepPersonalDataDays"] = 0);
            before.Clock.Advance(TimeSpan.FromMinutes(2));
            (await before.OperateAsync(batch, "close")).Is(200);
            await ExecuteAsync($"CREATE TABLE kept AS SELECT * FROM GrainState {OfKeys}");
            (await before.Client.PostAsync($"/api/operator/batches/{batch}/anonymise", before.Operator,
                new JsonObject { ["reason"] = "the law says so" })).Is(204);
        }
        (await ExecuteAsync($"""
            UPDATE kept SET Payload = {payload};
            DELETE FROM GrainState {OfKeys};
            INSERT INTO GrainState SELECT * FROM kept
            """)).ShouldBeGreaterThan(0);
        await using var sale = await SaleFront.StartAsync(_plan);
        await Eventually.HoldsAsync(async () => (await sale.BoardAsync(batch)).Status == 200, "the board is shown");
        const string touch = $"UPDATE GrainState SET Payload = Payload {OfKeys} AND Payload IS NOT NULL";
        await Eventually.HoldsAsync(async () => await ExecuteAsync(touch) == 0, "the key is removed");
        (await DamagedAsync(sale)).ShouldBeNull();
        (await FaultsAsync(sale)).ShouldBeEmpty();
    }

    private static async Task AssertUnavailableAsync(SaleFront sale, string batch, string order)
    {
        await Eventually.HoldsAsync(
            async () => (await sale.BoardAsync(batch)).Status == 200, "the board is shown");
        (await sale.BuyAsync(batch, "weibo:bob")).IsRefusal(503, "unavailable");
        (await sale.ReadOrderAsync(order, "weibo:alice")).IsRefusal(503, "unavailable");
        (await sale.OperateAsync(batch, "pause")).IsRefusal(503, "unavailable");
        (await sale.Client.PostAsync("/api/operator/users/erase", sale.Operator,
                new JsonObject { ["user"] = "weibo:alice", ["reason"] = "they asked for it" }))
            .IsRefusal(503, "unavailable")["detail"]!.ShouldContain(batch);
        var orders = $"/api/operator/batches/{batch}/orders";
        (await sale.Client.GetAsync($"{orders}?user=weibo:alice", sale.Operator)).IsRefusal(503, "unavailable");
        (await sale.Client.GetAsync(orders, sale.Operator)).Is(200).Items.ShouldHaveSingleItem();
    }

    // The check names nothing while the catalogue does not answer within its time.
    private static async Task AssertNamedAsync(SaleFront sale, string batch)
    {
        string? named = null;
        await Eventually.HoldsAsync(async () => (named = await DamagedAsync(sale)) is not null, "it is named");
        named.ShouldBe($"damaged: {batch} (its key)");
    }

    private static async Task<string?> DamagedAsync(SaleFront sale) =>
        (await sale.ReadyAsync())
            .SingleOrDefault(line => line.StartsWith("damaged:", StringComparison.Ordinal));

    // Not every error in the log: other parts log what a busy machine keeps waiting.
    private static IReadOnlyList<LogLine> LinesOf(SaleFront sale, string batch) =>
        sale.Front.Log.With($"Nobody can take part in batch {batch}:");

    private static async Task<System.Text.Json.JsonElement[]> FaultsAsync(SaleFront sale) =>
    [
        .. (await sale.Client.GetAsync("/api/operator/faults", sale.Operator)).Is(200).Items
            .Where(fault => fault.GetProperty("kind").GetString() == "batch-key-missing"),
    ];

    private async Task<int> ExecuteAsync(string change)
    {
        await using var documents =
            new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "grains.db")};Pooling=False");
        await documents.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = documents.CreateCommand();
        command.CommandText = change;
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
