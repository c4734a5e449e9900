using OrleansSale.Silo;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>Documents that know more than the ledger beside them, on PostgreSQL.</summary>
public sealed class PostgresDocumentsTests(PostgresFixture postgres)
{
    private const string Service = "sale";

    [Fact]
    public async Task A_ledger_that_lacks_what_the_documents_know_is_refused_until_it_is_accepted()
    {
        await using var database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        await using (var ledger = PostgresLedger.Open(database))
            await ledger.AppendAllAsync(new Chain("batch/mi2-1").Rows(1, 2, 17));
        await PostgresDocuments.RequireLedgerAsync(database, Service, accepts: false);

        await WriteAsync(database, "order", "mi2-1.20");
        await WriteAsync(database, "order", "mi2-1.9");
        await WriteAsync(database, "catalogue", "catalogue",
            """{"Batches":[{"Terms":{"Id":"mi2-1"},"KeyHash":"AA=="}],"SettledAt":{"mi2-1":20}}""");
        await PostgresDocuments.RequireLedgerAsync(database, Service, accepts: false);

        await WriteAsync(database, "order", "mi2-1.100");
        await IsRefusedAsync(database, "of batch mi2-1 they know entry 100, and it ends at entry 20.");
        await WriteAsync(database, "catalogue", "catalogue",
            """{"Batches":[{"Terms":{"Id":"mi2-1"}},{"Terms":{"Id":"gone"},"KeyHash":"AA=="}]}""");
        await IsRefusedAsync(database, "of batch gone they know entry 1, and it has none (and so for 1 more).");
        // Documents of another service are not compared.
        await PostgresDocuments.RequireLedgerAsync(database, "other", accepts: false);

        await PostgresDocuments.RequireLedgerAsync(database, Service, accepts: true);
        await PostgresDocuments.RequireLedgerAsync(database, Service, accepts: false);
        // Entries that are lost after the acceptance are not accepted.
        await WriteAsync(database, "order", "mi2-1.21");
        await IsRefusedAsync(database, "of batch mi2-1 they know entry 21, and it ends at entry 20.");
    }

    private static async Task IsRefusedAsync(PostgresDatabase database, string because) =>
        (await Should.ThrowAsync<StartException>(
            () => PostgresDocuments.RequireLedgerAsync(database, Service, accepts: false)))
            .Message.ShouldContain(because);

    private static async Task WriteAsync(PostgresDatabase database, string type, string key, string payload = "{}")
    {
        await using var write = database.Source.CreateCommand(
            $"""
            INSERT INTO GrainState
              (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey, Version, Payload, ModifiedAt)
            VALUES ('{Service}', '{type}', 0, 0, '{key}', true, 1, convert_to('{payload}', 'UTF8'), clock_timestamp())
            ON CONFLICT (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey)
            DO UPDATE SET Payload = excluded.Payload, ModifiedAt = excluded.ModifiedAt
            """);
        await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
