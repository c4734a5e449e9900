using System.Diagnostics;
using Npgsql;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>The ledger on a server that is stopped, killed, frozen, or does not reach its standby.</summary>
public sealed class PostgresServerFailureTests : IAsyncLifetime
{
    private const string Stream = "batch/mi2-1";
    private const string StopWaiting =
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

    private PostgresServer _server = null!;
    private string _connectionString = null!;
    private PostgresDatabase _database = null!;
    private PostgresLedger _ledger = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresFixture.StartServerAsync();
        _connectionString = await _server.CreateDatabaseAsync("sale", Cancelled);
        PostgresSchema.Apply(_connectionString);
        _database = PostgresDatabase.Open(_connectionString);
        _ledger = PostgresLedger.Open(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_stopped_or_killed_and_started_again_is_found_again_with_all_it_had()
    {
        var chain = new Chain(Stream);
        await _ledger.AppendAllAsync([chain.Next()]);
        foreach (var stop in new Func<Task>[] { _server.StopAsync, _server.KillAsync })
        {
            await stop();
            var waiting = chain.Next(2);
            await Should.ThrowAsync<LedgerUnavailableException>(() => _ledger.AppendAsync(waiting, Cancelled));
            await Should.ThrowAsync<LedgerUnavailableException>(() => _ledger.ReadHeadAsync(Stream, Cancelled));
            (await _database.CheckAsync(Cancelled)).ShouldNotBeNull().ShouldContain("Connection refused");

            await _server.StartAgainAsync(Cancelled);
            (await _ledger.AppendUntilKnownAsync(waiting)).ShouldNotBe(AppendOutcome.Fenced);
        }

        (await _ledger.VerifyAsync(Stream)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task A_frozen_server_is_unavailable_within_the_bound_and_found_again()
    {
        var chain = new Chain(Stream);
        await _ledger.AppendAllAsync([chain.Next()]);
        var frozen = chain.Next(2);
        _server.Freeze();
        try
        {
            var started = Stopwatch.GetTimestamp();
            await Should.ThrowAsync<LedgerUnavailableException>(() => _ledger.AppendAsync(frozen, Cancelled));
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Journal<int>.AttemptTimeout);
        }
        finally
        {
            _server.Continue();
        }

        // The first attempt may be stored by now, or may never be.
        (await _ledger.AppendUntilKnownAsync(frozen)).ShouldNotBe(AppendOutcome.Fenced);
        await _ledger.AppendAllAsync([chain.Next()]);
        (await _ledger.VerifyAsync(Stream)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task A_commit_that_stopped_waiting_for_the_standby_is_not_told_as_stored()
    {
        var chain = new Chain(Stream);
        await _ledger.AppendAllAsync([chain.Next()]);
        await using var operators = await Databases.ConnectAsync(_connectionString);
        await operators.QueryAsync("SET synchronous_commit = local");
        await operators.QueryAsync("ALTER SYSTEM SET synchronous_standby_names = 'nowhere'");
        await operators.QueryAsync("SELECT pg_reload_conf()");

        // A row is written here and waits for a standby that does not exist, until an operator stops the waiting. Then
        // the server reports success with a warning. Rows that are appended before the server applies the setting are
        // stored.
        const int MaxRows = 1_000;
        LedgerCommit alone;
        Task<AppendOutcome> append;
        var rows = 1;
        do
        {
            rows++.ShouldBeLessThan(MaxRows);
            alone = chain.Next();
            append = await AppendAndStopWaitingAsync(alone, operators);
        }
        while (append.IsCompletedSuccessfully);
        (await Should.ThrowAsync<LedgerUnavailableException>(append)).Message.ShouldContain("synchronous replication");

        // The row can be read. But an append that finds it must wait for the standby too.
        (await _ledger.ReadHeadAsync(Stream, Cancelled)).Matches(chain.Head).ShouldBeTrue();
        await Should.ThrowAsync<LedgerUnavailableException>(await AppendAndStopWaitingAsync(alone, operators));

        await operators.QueryAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await operators.QueryAsync("SELECT pg_reload_conf()");
        (await _ledger.AppendUntilKnownAsync(alone)).ShouldNotBe(AppendOutcome.Fenced);
        (await _ledger.ReadAllAsync(Stream)).Count.ShouldBe(rows);
    }

    // The append after it has ended, as a success or a failure.
    private async Task<Task<AppendOutcome>> AppendAndStopWaitingAsync(LedgerCommit commit, NpgsqlConnection operators)
    {
        var append = _ledger.AppendAsync(commit, Cancelled);
        while (!append.IsCompleted && (await operators.QueryAsync(StopWaiting)).Count == 0)
            await Task.Delay(5, Cancelled); // bounded poll
        await Task.WhenAny(append);
        return append;
    }
}
