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
    public async Task A_database_whose_payments_name_no_provider_is_read_again_with_the_index_of_today()
    {
        var buyer = new BatchBuyer("mi2-1", new Alias(1, 2));
        var order = new IndexedOrder(2, buyer.Alias, [1], OrderStatus.Paid, Payment: new("weibo", "p-1"));
        await Index.WriteAsync(buyer.Batch, IndexMark.None, MarkOf(2), [order], TestContext.Current.CancellationToken);
        await Databases.QueryAsync(
            _connectionString,
            $"""
            ALTER TABLE indexed_order DROP COLUMN provider;
            DROP INDEX indexed_order_buyer;
            CREATE INDEX indexed_order_alias ON indexed_order (alias);
            DELETE FROM {PostgresSchema.JournalName} WHERE scriptname >= 'Postgres/0010-orders-by-buyer.sql';
            """);
        PostgresSchema.Apply(_connectionString);
        (await Index.ListMarksAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        (await FindAsync(buyers: [buyer])).ShouldBeEmpty();
        await Index.WriteAsync(buyer.Batch, IndexMark.None, MarkOf(2), [order], TestContext.Current.CancellationToken);
        (await FindAsync(buyers: [buyer])).ShouldBe(["mi2-1.2"]);
        (await Databases.QueryAsync(
            _connectionString,
            "SELECT indexname FROM pg_indexes WHERE tablename = 'indexed_order' ORDER BY indexname COLLATE \"C\""))
            .ShouldBe(["indexed_order_buyer", "indexed_order_pkey", "indexed_order_status"]);
    }
}
