using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>Grain storage on PostgreSQL.</summary>
public sealed class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageContract
{
    private PostgresDatabase _database = null!;

    public override async ValueTask InitializeAsync()
    {
        _database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected override void AddStorage(ISiloBuilder silo) => silo.AddPostgresGrainStorage(_database);
}
