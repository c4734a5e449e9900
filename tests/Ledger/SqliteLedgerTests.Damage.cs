using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <content>Files torn by a crash, and files changed by hand.</content>
public sealed partial class SqliteLedgerTests
{
    private const int TornRows = 40;

    /// <summary>
    /// A crash leaves a beginning of the log: what follows was not written or is garbage. Each row was a transaction of
    /// its own, so what is found must be the rows up to some point, whole.
    /// </summary>
    [Fact]
    public async Task A_log_torn_anywhere_gives_an_exact_prefix_of_the_committed_rows()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (commits, logAfter) = await WriteRowsAsync();
        var log = CopyOf(LedgerPath + "-wal");
        var file = CopyOf(LedgerPath);

        var cuts = logAfter.SelectMany(length => new[] { length, length - 1, length + 1 })
            .Concat(Enumerable.Range(0, 60).Select(_ => random.NextInt64(0, log.Length + 1)))
            .Where(cut => cut <= log.Length).Distinct().Order().ToList();
        foreach (var cut in cuts)
        {
            var torn = log.AsSpan(0, (int)cut).ToArray();
            // Every second file also has garbage after the cut, as a disk may leave it.
            if (cut % 2 == 1) torn = [.. torn, .. Garbage(random, cut < log.Length ? log[cut] : (byte)0)];
            var whole = logAfter.Count(length => length <= cut);
            var found = await ReopenTornAsync(file, torn);
            found.Count.ShouldBe(whole, $"cut at {cut}, seed {seed}");
            found.ShouldBeSame(commits[..whole]);
        }
    }

    [Fact]
    public async Task A_log_with_a_flipped_byte_gives_an_exact_prefix_of_the_committed_rows()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (commits, logAfter) = await WriteRowsAsync();
        var log = CopyOf(LedgerPath + "-wal");
        var file = CopyOf(LedgerPath);

        for (var round = 0; round < 40; round++)
        {
            var (place, flipped) = (random.Next(32, (int)logAfter[^1]), log.ToArray());
            flipped[place] ^= (byte)random.Next(1, 256);
            var found = await ReopenTornAsync(file, flipped);
            found.Count.ShouldBe(logAfter.Count(length => length <= place), $"flipped at {place}, seed {seed}");
            found.ShouldBeSame(commits[..found.Count]);
        }
    }

    [Theory]
    [InlineData("UPDATE ledger_commit SET entries = CAST(replace(CAST(entries AS TEXT), 'buyer5', 'buyer6') AS BLOB)",
            4, "HashMismatch")]
    [InlineData("UPDATE ledger_commit SET hash = randomblob(32) WHERE first_seq = 2", 2, "HashMismatch")]
    [InlineData("DELETE FROM ledger_commit WHERE first_seq = 2", 2, "OutOfSequence")]
    [InlineData("DELETE FROM ledger_commit WHERE first_seq = 1", 1, "OutOfSequence")]
    [InlineData("UPDATE ledger_commit SET count = 3 WHERE first_seq = 2", 4, "CountMismatch")]
    [InlineData("UPDATE ledger_commit SET first_seq = 20 WHERE first_seq = 4", 4, "OutOfSequence")]
    public async Task A_file_changed_by_hand_is_found_out(string change, long seq, string reason)
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 2, 3, 1));
        await CloseAsync(Ledger);
        await ExecuteAsync(change);

        Ledger = await OpenAsync();
        var verifier = await Ledger.TryVerifyAsync(Stream);
        var found = verifier.Break.ShouldNotBeNull();
        found.Seq.ShouldBe(seq, found.ToString());
        found.Reason.ShouldBe(Enum.Parse<LedgerBreakReason>(reason));
    }

    [Fact]
    public async Task Rows_missing_at_the_end_of_a_stream_are_not_passed_over()
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 2, 3, 1));
        await CloseAsync(Ledger);
        await ExecuteAsync("DELETE FROM ledger_commit WHERE first_seq = 7");

        Ledger = await OpenAsync();
        var failure = await Should.ThrowAsync<LedgerFormatException>(() => Ledger.ReadAllAsync(Stream));
        failure.Message.ShouldContain("end before entry 7");
        await Should.ThrowAsync<LedgerFormatException>(() => Ledger.ReadAllAsync(Stream, fromSeq: 7));
    }

    [Theory]
    [InlineData("UPDATE stream SET head_hash = randomblob(32)", "the head names another hash than entry 7 has")]
    [InlineData("UPDATE ledger_commit SET hash = randomblob(32) WHERE first_seq = 7",
        "the head names another hash than entry 7 has")]
    public async Task A_head_that_is_not_its_last_row_s_is_damage(string change, string told)
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 2, 3, 1));
        await CloseAsync(Ledger);
        await ExecuteAsync(change);

        Ledger = await OpenAsync();
        (await Should.ThrowAsync<LedgerFormatException>(() => Ledger.ReadAllAsync(Stream))).Message.ShouldContain(told);
    }

    [Fact]
    public async Task Pages_that_are_no_pages_are_damage_and_not_a_store_that_does_not_answer()
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(Enumerable.Repeat(40, 30).ToArray()));
        await CloseAsync(Ledger);
        Ledger = await OpenAsync();
        // All pages but the first, which holds the schema.
        await using (var file = new FileStream(LedgerPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = 4_096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)(file.Length - file.Position)).ToArray(),
                Cancelled);
        }
        await Should.ThrowAsync<LedgerFormatException>(() => Ledger.ReadAllAsync(Stream));
        await Should.ThrowAsync<LedgerFormatException>(() => Ledger.ReadHeadAsync(Stream, Cancelled));
    }

    [Fact]
    public async Task A_file_with_overwritten_pages_is_unavailable_or_its_break_is_found()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var commits = new Chain(Stream).Rows(Enumerable.Repeat(40, 30).ToArray());
        await Ledger.AppendAllAsync(commits);
        await CloseAsync(Ledger);
        var whole = CopyOf(LedgerPath);

        for (var round = 0; round < 25; round++)
        {
            var damaged = whole.ToArray();
            RandomBytes(random, 512).CopyTo(damaged, random.Next(4_096, damaged.Length - 512));
            try
            {
                var found = await ReopenTornAsync(damaged, []);
                // The damage hit no entry, but the head or unused bytes.
                found.ShouldBeSame(commits);
            }
            catch (Exception e) when (
                e is LedgerUnavailableException or LedgerFormatException or ChainBrokenException)
            {
            }
        }

        Ledger = await OpenAsync();
    }

    private async Task ExecuteAsync(string change)
    {
        await using var other = new SqliteConnection($"Data Source={LedgerPath};Pooling=False");
        await other.OpenAsync(Cancelled);
        await using var command = other.CreateCommand();
        command.CommandText = change;
        (await command.ExecuteNonQueryAsync(Cancelled)).ShouldBeGreaterThan(0);
    }

    private async Task<(LedgerCommit[] Commits, List<long> LogAfter)> WriteRowsAsync()
    {
        var chain = new Chain(Stream);
        var (commits, logAfter) = (new List<LedgerCommit>(), new List<long>());
        for (var row = 0; row < TornRows; row++)
        {
            var commit = chain.Next(1 + (row * 7 % 60));
            await Ledger.AppendAllAsync([commit]);
            commits.Add(commit);
            logAfter.Add(new FileInfo(LedgerPath + "-wal").Length);
        }

        return ([.. commits], logAfter);
    }

    private async Task<List<LedgerCommit>> ReopenTornAsync(byte[] file, byte[] log)
    {
        using var torn = new ScratchFolder();
        var path = Path.Combine(torn.Path, "ledger.db");
        await File.WriteAllBytesAsync(path, file, Cancelled);
        if (log.Length > 0) await File.WriteAllBytesAsync(path + "-wal", log, Cancelled);
        await using var ledger = SqliteLedger.Open(path, null);
        var verifier = await ledger.TryVerifyAsync(Stream);
        if (verifier.Break is { } found) throw new ChainBrokenException(found);
        if (log.Length > 0)
        {
            // The fence uses the same head that was found, so the stream goes on from there.
            verifier.Head.Matches(await ledger.ReadHeadAsync(Stream, Cancelled)).ShouldBeTrue();
            await ledger.AppendAllAsync([Chain.After(Stream, verifier.Head, note: "after the crash")]);
            return (await ledger.ReadAllAsync(Stream))[..^1];
        }

        return await ledger.ReadAllAsync(Stream);
    }

    private static byte[] CopyOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    // Its first byte differs from the one that was cut off. Otherwise it could restore a single missing byte by chance.
    private static byte[] Garbage(Random random, byte not)
    {
        var bytes = RandomBytes(random, random.Next(1, 20_000));
        if (bytes[0] == not) bytes[0] ^= 0xFF;
        return bytes;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private sealed class ChainBrokenException(LedgerBreak found) : Exception(found.ToString());
}
