using Npgsql;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <content>How a write fares without a commit.</content>
public sealed partial class PostgresLedgerTests
{
    [Fact]
    public async Task A_probe_is_a_write_that_leaves_nothing_behind()
    {
        var ledger = (PostgresLedger)Ledger;
        await ledger.ProbeAsync(100_000);
        ledger.Commits.Fault.ShouldBeNull();
        (await Databases.QueryAsync(_connectionString, "SELECT count(*) FROM write_probe")).ShouldBe(["0"]);
        (await ledger.ListNamesAsync("")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("ledger_commit")]
    public async Task A_locked_table_is_met_by_a_probe_as_by_a_commit(string table)
    {
        var ledger = (PostgresLedger)Ledger;
        await using (var other = await Databases.ConnectAsync(_connectionString))
        {
            await other.QueryAsync($"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
            await Should.ThrowAsync<PostgresException>(() => ledger.ProbeAsync(16));
            ledger.Commits.Fault.ShouldBe("somebody has locked a table of the database");
        }

        await ledger.ProbeAsync(16);
        ledger.Commits.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task A_database_that_was_read_only_is_written_again_though_sessions_from_then_stay_read_only()
    {
        var ledger = (PostgresLedger)Ledger;
        await ledger.ProbeAsync(16);
        var name = new NpgsqlConnectionStringBuilder(_connectionString).Database;
        var server = await postgres.Server;
        await server.ExecuteAsync(
            "postgres", $"ALTER DATABASE {name} SET default_transaction_read_only = on", Cancelled);
        _database.CloseIdle();
        await Should.ThrowAsync<PostgresException>(() => ledger.ProbeAsync(16));
        ledger.Commits.Fault.ShouldBe("the database is a standby, or read-only");
        // A session for documents that begins now stays read-only.
        await using (var session = await _database.Source.OpenConnectionAsync(Cancelled))
        {
        }

        await server.ExecuteAsync("postgres", $"ALTER DATABASE {name} RESET default_transaction_read_only", Cancelled);
        await Should.ThrowAsync<PostgresException>(() => ledger.ProbeAsync(16));
        await ledger.ProbeAsync(16);
        ledger.Commits.Fault.ShouldBeNull();
    }
}
