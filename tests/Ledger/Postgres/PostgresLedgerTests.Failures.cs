using System.Diagnostics;
using Npgsql;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <content>Connections that are cut, sessions that hold what we need, and rows that the server refuses.</content>
public sealed partial class PostgresLedgerTests
{
    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_unknown_and_resolved_by_the_identical_append()
    {
        await using var proxy = PostgresProxy.Start(await postgres.Server);
        await using var database = PostgresDatabase.Open(proxy.Through(_connectionString));
        await using var behind = PostgresLedger.Open(database);
        var chain = new Chain(Stream);
        await behind.AppendAllAsync([chain.Next()]);
        var before = chain.Head;
        var lost = chain.Next(3);

        var answer = proxy.LoseAnswerAsync(sql => sql.Contains("INSERT INTO ledger_commit", StringComparison.Ordinal));
        await Should.ThrowAsync<LedgerUnavailableException>(() => behind.AppendAsync(lost, Cancelled));
        await answer;
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(chain.Head).ShouldBeTrue("it was stored");

        (await behind.AppendAsync(Chain.After(Stream, before, 3, "other"), Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await behind.AppendAsync(lost, Cancelled)).ShouldBe(AppendOutcome.AlreadyStored);
        (await Ledger.ReadAllAsync(Stream)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Connections_cut_again_and_again_lose_nothing_and_double_nothing()
    {
        const int Streams = 8, Rows = 40, Cuts = 25;
        using var progress = new SemaphoreSlim(0);
        var appending = Task.WhenAll(Enumerable.Range(0, Streams).Select(index => Task.Run(async () =>
        {
            var chain = new Chain($"batch/b{index}");
            for (var row = 0; row < Rows; row++)
            {
                (await Ledger.AppendUntilKnownAsync(chain.Next(1 + (row % 3)))).ShouldNotBe(AppendOutcome.Fenced);
                progress.Release();
            }

            return chain.Head;
        })));
        await using var operators = await Databases.ConnectAsync(_connectionString);
        for (var cut = 0; cut < Cuts; cut++)
        {
            // A few rows later each time, so that it meets the appends at different points.
            for (var row = 0; row < Streams * Rows / Cuts; row++) await progress.WaitAsync(Cancelled);
            await operators.QueryAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                + "WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }

        var heads = await appending;
        for (var index = 0; index < Streams; index++)
        {
            (await Ledger.VerifyAsync($"batch/b{index}")).Matches(heads[index]).ShouldBeTrue();
            (await Ledger.ReadAllAsync($"batch/b{index}")).Count.ShouldBe(Rows);
        }
    }

    [Fact]
    public async Task A_stream_held_by_another_session_holds_up_itself_alone()
    {
        var (held, free) = (new Chain("batch/held"), new Chain("batch/free"));
        await Ledger.AppendAllAsync([held.Next(), free.Next()]);
        await using var other = await Databases.ConnectAsync(_connectionString);
        var holding = await other.BeginTransactionAsync(Cancelled);
        await other.QueryAsync("SELECT 1 FROM stream WHERE name = 'batch/held' FOR UPDATE");

        var waiting = held.Next(2);
        var refused = Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.AppendAsync(waiting, Cancelled));
        for (var row = 0; row < 20; row++) await Ledger.AppendAllAsync([free.Next()]);
        refused.IsCompleted.ShouldBeFalse("the free stream was not held up");
        (await refused).Message.ShouldContain("batch/held");

        // The lock ends within the bound, so the same append stores the row.
        var again = Ledger.AppendAsync(waiting, Cancelled);
        await Ledger.AppendAllAsync([free.Next()]);
        await holding.RollbackAsync(Cancelled);
        (await again).ShouldBe(AppendOutcome.Committed);
        (await Ledger.VerifyAsync("batch/held")).Seq.ShouldBe(3);
    }

    [Fact]
    public async Task A_first_commit_held_by_another_session_fails_alone_and_can_be_made_later()
    {
        await Ledger.AppendAllAsync([new Chain("batch/opened").Next()]);
        await using var other = await Databases.ConnectAsync(_connectionString);
        var holding = await other.BeginTransactionAsync(Cancelled);
        await other.QueryAsync("INSERT INTO stream (name, is_open) VALUES ('batch/b7', true)");

        var appends = Enumerable.Range(0, 16)
            .Select(index => Ledger.AppendAsync(new Chain($"batch/b{index}").Next(), Cancelled)).ToList();
        await Should.ThrowAsync<LedgerUnavailableException>(appends[7]);
        appends.RemoveAt(7);
        (await Task.WhenAll(appends)).ShouldAllBe(outcome => outcome == AppendOutcome.Committed);

        await holding.RollbackAsync(Cancelled);
        (await Ledger.AppendAsync(new Chain("batch/b7").Next(), Cancelled)).ShouldBe(AppendOutcome.Committed);
    }

    [Fact]
    public async Task A_row_that_the_server_refuses_fails_alone()
    {
        await OnInsertAsync("""
            IF convert_from(NEW.entries, 'UTF8') LIKE '%poison%' THEN RAISE check_violation; END IF;
            RETURN NEW;
            """);
        var appends = Enumerable.Range(0, 40).Select(index => Ledger.AppendAsync(
            new Chain($"batch/b{index}").Next(note: index % 13 == 5 ? "poison" : ""), Cancelled)).ToList();
        for (var index = 0; index < appends.Count; index++)
        {
            if (index % 13 == 5) await Should.ThrowAsync<LedgerUnavailableException>(appends[index]);
            else (await appends[index]).ShouldBe(AppendOutcome.Committed);
        }

        (await Ledger.ListAsync("", null, 100, Cancelled)).Count.ShouldBe(37);
    }

    [Fact]
    public async Task What_fails_at_the_commit_itself_is_not_told_as_stored()
    {
        await OnInsertAsync("RAISE 'at commit';", deferred: true);
        await Should.ThrowAsync<LedgerUnavailableException>(
            () => Ledger.AppendAsync(new Chain(Stream).Next(), Cancelled));
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Seq.ShouldBe(0);
    }

    [Fact]
    public async Task A_commit_that_takes_too_long_is_unknown_and_holds_nobody_else_up_for_longer()
    {
        await OnInsertAsync(
            "IF convert_from(NEW.entries, 'UTF8') LIKE '%slow%' THEN PERFORM pg_sleep(5); END IF; RETURN NULL;",
            deferred: true);
        var slow = new Chain(Stream).Next(note: "slow");
        var started = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.AppendAsync(slow, Cancelled));
        var given = Stopwatch.GetElapsedTime(started);
        given.ShouldBeInRange(PostgresLedgerWriter.CallTimeout * 0.9, Journal<int>.AttemptTimeout);

        await Ledger.AppendAllAsync([new Chain("batch/other").Next()]);
        (await Ledger.AppendUntilKnownAsync(slow)).ShouldNotBe(AppendOutcome.Fenced);
        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame([slow]);
    }

    [Fact]
    public async Task Two_ledgers_that_fight_for_the_same_streams_never_fork_them()
    {
        const int Rows = 40;
        string[] streams = ["batch/a", "batch/b", "batch/c"];
        await using var database = PostgresDatabase.Open(_connectionString);
        await using var other = PostgresLedger.Open(database);
        var wins = streams.ToDictionary(stream => stream, _ => new int[Rows + 1]);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            var ledger = writer % 2 == 0 ? Ledger : other;
            var stream = streams[writer % 3];
            for (var head = LedgerHead.Empty; head.Seq < Rows; head = await ledger.ReadHeadAsync(stream, Cancelled))
            {
                var commit = Chain.After(stream, head, note: $"writer {writer}");
                if (await ledger.AppendUntilKnownAsync(commit) != AppendOutcome.Fenced)
                    Interlocked.Increment(ref wins[stream][commit.FirstSeq]);
            }
        })));

        foreach (var stream in streams)
        {
            wins[stream].Skip(1).ShouldAllBe(count => count == 1);
            (await Ledger.VerifyAsync(stream)).Seq.ShouldBe(Rows);
        }
    }

    [Fact]
    public async Task Every_commit_waits_for_the_disk_whatever_the_databases_default_is()
    {
        await CloseAsync(Ledger);
        var name = new NpgsqlConnectionStringBuilder(_connectionString).Database;
        await Databases.QueryAsync(
            _connectionString, $"ALTER DATABASE {name} SET synchronous_commit = off; CREATE TABLE seen (setting text)");
        await OnInsertAsync("INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW;");
        Ledger = await OpenAsync();
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 1, 1));

        (await Databases.QueryAsync(_connectionString, "SHOW synchronous_commit")).ShouldBe(["off"]);
        (await Databases.QueryAsync(_connectionString, "SELECT setting FROM seen")).ShouldBe(["on", "on", "on"]);
    }

    [Fact]
    public async Task A_closed_ledger_has_written_what_waited_and_is_unavailable()
    {
        var waiting = Enumerable.Range(0, 500)
            .Select(index => Ledger.AppendAsync(new Chain($"batch/b{index}").Next(), Cancelled)).ToList();
        await CloseAsync(Ledger);

        (await Task.WhenAll(waiting)).ShouldAllBe(outcome => outcome == AppendOutcome.Committed);
        await Should.ThrowAsync<LedgerUnavailableException>(
            () => Ledger.AppendAsync(new Chain(Stream).Next(), Cancelled));
        await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.ReadHeadAsync(Stream, Cancelled));
        Ledger = await OpenAsync();
        (await Ledger.ListNamesAsync("batch/")).Count.ShouldBe(500);
    }

    [Fact]
    public async Task A_stream_s_row_is_replaced_only_when_it_is_closed_or_opened()
    {
        async Task<string> RowAsync() =>
            (await Databases.QueryAsync(
                _connectionString, $"SELECT ctid::text FROM stream WHERE name = '{Stream}'"))[0];
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next()]);
        var row = await RowAsync();
        await Ledger.AppendAllAsync(chain.Rows(1, 40, 1, 1));
        (await RowAsync()).ShouldBe(row);
        foreach (var isOpen in new[] { false, true })
        {
            await Ledger.AppendAllAsync([chain.Next() with { IsOpen = isOpen }]);
            (await RowAsync()).ShouldNotBe(row);
            (await Ledger.CountOpenAsync("batch/", Cancelled)).ShouldBe(isOpen ? 1 : 0);
            row = await RowAsync();
            await Ledger.AppendAllAsync([chain.Next() with { IsOpen = isOpen }]);
            (await RowAsync()).ShouldBe(row);
        }
    }

    [Fact]
    public async Task Appends_and_erasures_that_race_leave_no_row_without_its_stream()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async index =>
        {
            for (var round = 0; round < 10; round++)
            {
                var chain = new Chain($"reservation/b/{index}");
                var rows = Task.Run(async () =>
                {
                    while (await Ledger.AppendUntilKnownAsync(chain.Next()) != AppendOutcome.Fenced
                        && chain.Head.Seq < 20)
                    {
                    }
                });
                await Ledger.EraseAsync($"reservation/b/{index}", Cancelled);
                await rows;
                await Ledger.EraseAsync($"reservation/b/{index}", Cancelled);
            }
        }));
        (await Databases.QueryAsync(
            _connectionString,
            """
            SELECT (SELECT count(*) FROM ledger_commit c WHERE NOT EXISTS (SELECT FROM stream s WHERE s.id = c.stream))
              + (SELECT count(*) FROM stream s WHERE NOT EXISTS (SELECT FROM ledger_commit c WHERE c.stream = s.id))
            """)).ShouldBe(["0"]);
    }

    [Fact]
    public async Task An_erasure_waits_for_the_commit_that_another_process_has_under_way()
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next()]);
        await using var other = await Databases.ConnectAsync(_connectionString);
        await other.QueryAsync($"BEGIN; SELECT 1 FROM stream WHERE name = '{Stream}' FOR NO KEY UPDATE");
        await other.QueryAsync(
            "INSERT INTO ledger_commit (stream, first_seq, count, hash, entries) "
            + "SELECT id, 2, 1, decode(repeat('00', 32), 'hex'), 'x' FROM stream");
        var erasure = Ledger.EraseAsync(Stream, Cancelled);
        while ((await Databases.QueryAsync(
            _connectionString, "SELECT count(*) FROM pg_locks WHERE NOT granted"))[0] == "0")
            erasure.IsCompleted.ShouldBeFalse();
        await other.QueryAsync("COMMIT");
        await erasure;
        (await Databases.QueryAsync(_connectionString, "SELECT count(*) FROM ledger_commit")).ShouldBe(["0"]);
    }

    // Runs statements whenever a row is inserted into the ledger: before the insert, or at the commit.
    private Task<List<string>> OnInsertAsync(string body, bool deferred = false) => Databases.QueryAsync(
        _connectionString,
        $"""
        CREATE FUNCTION on_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
        CREATE {(deferred ? "CONSTRAINT TRIGGER t AFTER" : "TRIGGER t BEFORE")} INSERT ON ledger_commit
        {(deferred ? "DEFERRABLE INITIALLY DEFERRED" : "")} FOR EACH ROW EXECUTE FUNCTION on_insert();
        """);
}
