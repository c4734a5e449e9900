using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Tests.Ledger;

/// <content>The file is taken away while it is open; and how a write fares without a commit.</content>
public sealed partial class SqliteLedgerTests
{
    [Theory]
    [InlineData("ledger.db", "unlink")]
    [InlineData("ledger.db", "rename")]
    [InlineData("ledger.db", "replace")]
    [InlineData("ledger.db-wal", "unlink")]
    [InlineData("ledger.db-wal", "replace")]
    [InlineData("ledger.db-shm", "unlink")]
    [InlineData(".", "rename")]
    public async Task Nothing_is_acknowledged_that_is_not_in_the_file_at_the_path(string name, string how)
    {
        var chain = new Chain(Stream);
        await CloseAsync(Ledger);
        var directory = Path.Combine(_temporary.Path, "data");
        Directory.CreateDirectory(directory);
        await using var ledger = SqliteLedger.Open(Path.Combine(directory, "ledger.db"), null);
        Ledger = ledger;
        await ledger.AppendAllAsync(chain.Rows(1, 2, 3));
        (await ledger.ReadHeadAsync(Stream, Cancelled)).Seq.ShouldBe(6);

        var path = Path.GetFullPath(Path.Combine(directory, name));
        var away = Path.Combine(_temporary.Path, "away");
        if (how == "unlink") File.Delete(path);
        else if (name == ".") Directory.Move(directory, away);
        else File.Move(path, away);
        if (how == "replace") File.Copy(away, path);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Should.ThrowAsync<LedgerUnavailableException>(
                () => ledger.AppendAsync(chain.Next(), Cancelled));
            failure.Message.ShouldContain("moved, removed or replaced");
            await Should.ThrowAsync<LedgerUnavailableException>(() => ledger.ReadHeadAsync(Stream, Cancelled));
        }

        await Should.ThrowAsync<LedgerUnavailableException>(() => ledger.ProbeAsync(16));
        ledger.Commits.Fault.ShouldNotBeNull().ShouldContain("started again");
        // A file that was put back is still not trusted, because writes may have gone to another file meanwhile.
        if (how == "rename")
        {
            if (name == ".") Directory.Move(away, directory);
            else File.Move(away, path);
            await Should.ThrowAsync<LedgerUnavailableException>(() => ledger.AppendAsync(chain.Next(), Cancelled));
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("-wal", 0)]
    [InlineData("-wal", 2)]
    public async Task Nothing_more_is_acknowledged_once_the_file_or_its_log_was_cut_short(string suffix, int part)
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync(chain.Rows(1, 2, 3));
        using (var file = new FileStream(LedgerPath + suffix, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(part == 0 ? 0 : file.Length / part);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Should.ThrowAsync<LedgerUnavailableException>(
                () => Ledger.AppendAsync(chain.Next(), Cancelled));
            failure.Message.ShouldContain("cut short");
        }
        ((SqliteLedger)Ledger).Commits.Fault.ShouldNotBeNull().ShouldContain("cut short");
        await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.ReadHeadAsync(Stream, Cancelled));
    }

    [Fact]
    public async Task A_probe_is_a_durable_write_that_leaves_the_streams_alone()
    {
        var chain = new Chain(Stream);
        var ledger = (SqliteLedger)Ledger;
        await ledger.AppendAllAsync([chain.Next(3)]);
        var log = new FileInfo(LedgerPath + "-wal");
        var before = log.Length;
        await ledger.ProbeAsync(16);
        log.Refresh();
        log.Length.ShouldBeGreaterThan(before, "it was written to the log");
        before = log.Length;
        await ledger.ProbeAsync(16);
        log.Refresh();
        log.Length.ShouldBeGreaterThan(before, "every time");

        (await ledger.ListNamesAsync("")).ShouldBe([Stream]);
        (await ledger.VerifyAsync(Stream)).Matches(chain.Head).ShouldBeTrue();
        await ledger.AppendAllAsync([chain.Next()]);
        ledger.Commits.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task A_probe_meets_what_a_commit_would_meet()
    {
        await CloseAsync(Ledger);
        SqliteConnection? writing = null;
        var ledger = SqliteLedger.Open(LedgerPath, connection => writing = connection);
        Ledger = ledger;
        await ledger.AppendAllAsync([new Chain(Stream).Next()]);
        SetMaxPages(writing!, PageCount(writing!));
        await Should.ThrowAsync<LedgerUnavailableException>(() => ledger.ProbeAsync(64 << 10));
        ledger.Commits.Fault.ShouldBe("the disk is full");
        await ledger.ProbeAsync(64 << 10);
        ledger.Commits.Fault.ShouldBeNull();

        using (var other = new SqliteConnection($"Data Source={LedgerPath};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await using var held = other.BeginTransaction(deferred: false);
            await Should.ThrowAsync<LedgerUnavailableException>(() => ledger.ProbeAsync(16));
            ledger.Commits.Fault.ShouldBe("another program has locked the file");
        }

        await ledger.ProbeAsync(16);
        ledger.Commits.Fault.ShouldBeNull();
    }
}
