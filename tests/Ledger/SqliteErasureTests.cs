using System.Security.Cryptography;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Reservations;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>Of an erased reservation not one byte is left in any file of the directory.</summary>
public sealed class SqliteErasureTests : IAsyncLifetime
{
    private const long At = 1_356_062_400_012;

    private readonly ScratchFolder _temporary = new();
    private readonly BatchKey _key = new(RandomNumberGenerator.GetBytes(BatchKey.Length));
    private SqliteLedger _ledger = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string LedgerPath => Path.Combine(_temporary.Path, "ledger.db");

    public ValueTask InitializeAsync()
    {
        _ledger = SqliteLedger.Open(LedgerPath, null);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _temporary.Dispose();
    }

    // From one page to many, so that SQLite splits and joins pages while rows come and go.
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(2_000)]
    public async Task Neither_users_nor_their_lines_are_in_the_files_after_it_is_closed(int users)
    {
        await ReserveAsync("erased", users);
        await ReserveAsync("kept", users);
        var order = Enumerable.Range(0, users).ToArray();
        Random.Shared.Shuffle(order);
        await Task.WhenAll(order.Select(user => _ledger.EraseAsync(StreamOf($"weibo:erased-{user}-."), Cancelled)));
        // The streams that stay go on, and others begin.
        await ReserveAsync("later", users);
        await _ledger.DisposeAsync();

        var bytes = FileBytes();
        Find(bytes, "erased").ShouldBeEmpty();
        // A control: the search finds a user who was not erased.
        Find(bytes, "kept").Count.ShouldBe(users);
        Find(bytes, "later").Count.ShouldBe(users);
        if (users == 1) Contains(bytes, StreamOf("weibo:erased-0-.")).ShouldBeFalse();
    }

    [Fact]
    public async Task They_leave_the_log_too_as_soon_as_nothing_else_is_written()
    {
        await ReserveAsync("erased", 30);
        await ReserveAsync("kept", 1);
        for (var user = 0; user < 30; user++) await _ledger.EraseAsync(StreamOf($"weibo:erased-{user}-."), Cancelled);
        Find(FileBytes(), "erased").ShouldNotBeEmpty("the log has the older pages");

        await _ledger.ProbeAsync(16);
        Find(FileBytes(), "erased").ShouldBeEmpty();
        Find(FileBytes(), "kept").ShouldHaveSingleItem();
        _ledger.Commits.Fault.ShouldBeNull();
        await ReserveAsync("later", 3);
        await _ledger.VerifyAsync(StreamOf("weibo:kept-0-."));
    }

    [Fact]
    public async Task A_reader_keeps_them_in_the_log_no_longer_than_it_reads()
    {
        await ReserveAsync("erased", 30);
        using (var reader = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={LedgerPath};Pooling=False;Mode=ReadOnly"))
        {
            await reader.OpenAsync(Cancelled);
            await using var snapshot = reader.BeginTransaction(deferred: true);
            await using var read = reader.CreateCommand();
            read.CommandText = "SELECT count(*) FROM stream";
            read.ExecuteScalar().ShouldBe(30L);
            for (var user = 0; user < 30; user++)
                await _ledger.EraseAsync(StreamOf($"weibo:erased-{user}-."), Cancelled);
            await _ledger.ProbeAsync(16);
            Find(FileBytes(), "erased").ShouldNotBeEmpty();
        }
        await _ledger.ProbeAsync(16);
        Find(FileBytes(), "erased").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_copy_leaves_the_file_of_a_process_that_was_killed_once_it_is_started_again()
    {
        await ReserveAsync("kept", 30);
        await _ledger.DisposeAsync();
        PlantInRoomOfAPage("weibo:erased-0-.");
        _ledger = SqliteLedger.Open(LedgerPath, null);
        await _ledger.EraseAsync(StreamOf("weibo:kept-29-."), Cancelled);
        using var killed = new ScratchFolder();
        foreach (var file in Directory.GetFiles(_temporary.Path, "*.db*"))
            File.Copy(file, Path.Combine(killed.Path, Path.GetFileName(file)));
        Find(Bytes.OfFiles(killed.Path), "erased").ShouldNotBeEmpty("a planted copy has to be found");

        await using var next = SqliteLedger.Open(Path.Combine(killed.Path, "ledger.db"), null);
        await next.ProbeAsync(16);
        Find(Bytes.OfFiles(killed.Path), "erased").ShouldBeEmpty();
        Find(Bytes.OfFiles(killed.Path), "kept").Count.ShouldBe(29);
    }

    [Fact]
    public async Task The_number_of_an_erased_stream_is_not_given_out_again()
    {
        for (var round = 0; round < 3; round++)
        {
            await ReserveAsync("erased", 1);
            Copying.StoredRows.AskFile(_temporary.Path, "ledger.db", "SELECT max(id) FROM stream")
                .ShouldBe($"{round + 1}");
            await _ledger.EraseAsync(StreamOf("weibo:erased-0-."), Cancelled);
        }
    }

    // When SQLite rebuilds a page, it may leave such a copy between the header and the rows. No statement reaches it
    // there.
    private void PlantInRoomOfAPage(string text)
    {
        const int page = 4_096, tableLeaf = 13;
        var bytes = File.ReadAllBytes(LedgerPath);
        var rows = Enumerable.Range(1, (bytes.Length / page) - 1).Select(number => number * page)
            .First(at => bytes[at] == tableLeaf && bytes[at + 3] + bytes[at + 4] > 0
                && (bytes[at + 5] << 8) + bytes[at + 6] > 1_000);
        Encoding.UTF8.GetBytes(text).CopyTo(bytes, rows + (bytes[rows + 5] << 8) + bytes[rows + 6] - 100);
        File.WriteAllBytes(LedgerPath, bytes);
    }

    // Users with one, two and three entries, as the actor writes them.
    private async Task ReserveAsync(string kind, int users) =>
        await Task.WhenAll(Enumerable.Range(0, users).Select(async index =>
    {
        var user = $"weibo:{kind}-{index}-.";
        var (reservation, head) = (default(Reservation), LedgerHead.Empty);
        for (var entry = 0; entry <= index % 3; entry++)
        {
            reservation = reservation.Next(user, At + entry);
            var commit = Chain.Of(StreamOf(user), head,
                [ReservationStreamTests.Line(reservation)]) with
            { IsOpen = reservation.IsOpen };
            (await _ledger.AppendAsync(commit, Cancelled)).ShouldBe(AppendOutcome.Committed);
            head = new LedgerHead(commit.LastSeq, commit.Hash);
        }
    }));

    private string StreamOf(string user) => Streams.OfReservation("b", _key.AliasOf(user));

    private byte[] FileBytes() => Bytes.OfFiles(_temporary.Path);

    // The numbers of the users of a kind that are found.
    private static HashSet<string> Find(byte[] bytes, string kind)
    {
        var (found, wanted) = (new HashSet<string>(), Encoding.UTF8.GetBytes($"weibo:{kind}-"));
        for (var at = 0; bytes.AsSpan(at).IndexOf(wanted) is >= 0 and var next; at += next + 1)
        {
            var rest = bytes.AsSpan(at + next + wanted.Length);
            found.Add(Encoding.UTF8.GetString(
                rest[..Math.Max(0, rest[..Math.Min(10, rest.Length)].IndexOf((byte)'-'))]));
        }
        return found;
    }

    private static bool Contains(byte[] bytes, string text) =>
        bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}

/// <summary>What is in the databases of a directory and their logs, byte for byte.</summary>
internal static class Bytes
{
    /// <summary>All of them, one behind the other.</summary>
    public static byte[] OfFiles(string directory)
    {
        using var all = new MemoryStream();
        foreach (var path in Directory.EnumerateFiles(directory, "*.db*"))
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.CopyTo(all);
        }
        return all.ToArray();
    }
}
