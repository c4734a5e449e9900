using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>The contract on PostgreSQL, and what only a server can do wrong.</summary>
public sealed partial class PostgresLedgerTests(PostgresFixture postgres) : LedgerContract
{
    private PostgresDatabase _database = null!;
    private string _connectionString = null!;

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

    protected override Task<ILedger> OpenAsync() => Task.FromResult<ILedger>(PostgresLedger.Open(_database));

    protected override async Task CloseAsync(ILedger ledger) => await ((PostgresLedger)ledger).DisposeAsync();
}
