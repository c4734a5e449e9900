using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>Grain storage on PostgreSQL.</summary>
public sealed class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageContract
{
    private string _connectionString = null!;

    public override async ValueTask InitializeAsync()
    {
        _connectionString = await postgres.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    protected override void AddStorage(ISiloBuilder silo) => silo.AddPostgresGrainStorage(_connectionString);
}
