using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgresOrderIndexTests(PostgresFixture postgres) : OrderIndexContract
{
    private string _connectionString = null!;
    private PostgresDatabase _database = null!;

    public override async ValueTask InitializeAsync()
    {
        _connectionString = await postgres.CreateDatabaseAsync();
        _database = PostgresDatabase.Open(_connectionString);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected override Task<IOrderIndex> OpenAsync() =>
        Task.FromResult<IOrderIndex>(new PostgresOrderIndex(_database));

    protected override async Task CloseAsync(IOrderIndex index) => await ((PostgresOrderIndex)index).DisposeAsync();

    [Fact]
    public async Task A_database_with_the_index_by_alias_alone_keeps_its_orders_and_gets_the_one_by_batch_and_alias()
    {
        var buyer = new BatchBuyer("mi2-1", new Alias(1, 2));
        await Index.WriteAsync(
            buyer.Batch, IndexMark.None, MarkOf(2), [new(2, buyer.Alias, [1], OrderStatus.Paid)],
            TestContext.Current.CancellationToken);
        await Databases.QueryAsync(
            _connectionString,
            $"""
            DROP INDEX indexed_order_buyer;
            CREATE INDEX indexed_order_alias ON indexed_order (alias);
            DELETE FROM {PostgresSchema.JournalName} WHERE scriptname = 'Postgres/0010-orders-by-buyer.sql';
            """);
        PostgresSchema.Apply(_connectionString);
        (await FindAsync(buyers: [buyer])).ShouldBe(["mi2-1.2"]);
        (await Databases.QueryAsync(
            _connectionString,
            "SELECT indexname FROM pg_indexes WHERE tablename = 'indexed_order' ORDER BY indexname COLLATE \"C\""))
            .ShouldBe(["indexed_order_buyer", "indexed_order_pkey", "indexed_order_status"]);
    }
}
