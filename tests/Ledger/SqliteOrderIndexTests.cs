using Microsoft.Data.Sqlite;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>The contract on SQLite, and what becomes of a file that cannot be used.</summary>
public sealed class SqliteOrderIndexTests : OrderIndexContract
{
    private readonly ScratchFolder _folder = new();
    private DataDirectory? _directory;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory?.Dispose();
        _folder.Dispose();
    }

    protected override Task<IOrderIndex> OpenAsync() =>
        Task.FromResult<IOrderIndex>(SqliteOrderIndex.Open(_directory ??= DataDirectory.Open(_folder.Path)));

    protected override Task CloseAsync(IOrderIndex index)
    {
        ((SqliteOrderIndex)index).Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_was_written_is_there_after_it_is_opened_again()
    {
        await Index.WriteAsync(
            "mi2-1", IndexMark.None, MarkOf(2), [new(2, new Alias(1, 2), [1], OrderStatus.Paid)],
            TestContext.Current.CancellationToken);
        await CloseAsync(Index);
        Index = await OpenAsync();
        (await FindAsync()).ShouldBe(["mi2-1.2"]);
    }

    [Fact]
    public async Task A_file_whose_payments_name_no_provider_is_read_again_with_the_index_of_today()
    {
        var buyer = new BatchBuyer("mi2-1", new Alias(1, 2));
        var order = new IndexedOrder(2, buyer.Alias, [1], OrderStatus.Paid, Payment: new("weibo", "p-1"));
        await Index.WriteAsync(buyer.Batch, IndexMark.None, MarkOf(2), [order], TestContext.Current.CancellationToken);
        await CloseAsync(Index);
        await QueryAsync(
            """
            ALTER TABLE indexed_order DROP COLUMN provider;
            DROP INDEX indexed_order_buyer;
            CREATE INDEX indexed_order_alias ON indexed_order (alias);
            DELETE FROM SchemaVersions WHERE ScriptName > 'Sqlite/Index/0001-order-index.sql';
            """);
        Index = await OpenAsync();
        (await Index.ListMarksAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        (await FindAsync(buyers: [buyer])).ShouldBeEmpty();
        await Index.WriteAsync(buyer.Batch, IndexMark.None, MarkOf(2), [order], TestContext.Current.CancellationToken);
        (await FindAsync(buyers: [buyer])).ShouldBe(["mi2-1.2"]);
        (await QueryAsync("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"))
            .ShouldBe(["indexed_order_buyer", "indexed_order_status"]);
    }

    [Fact]
    public async Task Each_buyer_is_looked_up_by_batch_and_alias_whatever_else_is_asked()
    {
        foreach (var query in QueriesOfABuyer)
        {
            var plan = await QueryAsync(connection =>
            {
                var explain = SqliteOrderSearch.CommandOf(connection, query);
                explain.CommandText = $"EXPLAIN QUERY PLAN {explain.CommandText}";
                return explain;
            }, column: 3);
            plan.ShouldContain(
                step => step.StartsWith("SEARCH o ") && step.EndsWith("indexed_order_buyer (batch=? AND alias=?)"),
                $"{query}: {string.Join("; ", plan)}");
        }
    }

    [Fact]
    public async Task A_file_that_is_no_index_is_made_anew()
    {
        await CloseAsync(Index);
        await File.WriteAllTextAsync(_directory!.IndexPath, "no database", TestContext.Current.CancellationToken);
        Index = await OpenAsync();
        (await FindAsync()).ShouldBeEmpty();
    }

    private Task<List<string>> QueryAsync(string sql) => QueryAsync(
        connection => new SqliteCommand(sql, connection), column: 0);

    private async Task<List<string>> QueryAsync(Func<SqliteConnection, SqliteCommand> commandOf, int column)
    {
        await using var connection = new SqliteConnection(SqliteFile.ConnectionString(_directory!.IndexPath));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = commandOf(connection);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string>();
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) texts.Add(row.GetString(column));
        return texts;
    }
}
