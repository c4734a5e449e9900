using System.Buffers;
using System.Text;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Reservations;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>
/// Bytes written by earlier versions must be read for ever. <c>ledger-2.db</c> is the first file of ledger format 2: a
/// batch in commits of 1, 1, 2, 30 and 2 entries, reservations of three users with 1, 2 and 3 entries, and one that was
/// erased. The batch's key is the bytes 0 to 31. Never rewrite a fixture: add another.
/// </summary>
public sealed class FixtureTests
{
    private const string Batch = "batch/mi2-1", Reservations = "reservation/mi2-1/";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Fixtures => Path.Combine(AppContext.BaseDirectory, "Fixtures");

    [Fact]
    public async Task The_first_file_of_format_2_is_read_verified_and_exported_to_the_same_bytes()
    {
        using var directory = new ScratchFolder();
        await using var ledger = OpenCopy(directory);

        (await ledger.ReadAllAsync(Batch)).Select(commit => commit.Count).ShouldBe([1, 1, 2, 30, 2]);
        (await ledger.ListNamesAsync("")).ShouldBe([
            Batch, Reservations + "93-smvdLasG1YFh_4H1wWg", Reservations + "UsBL9hQ6cZ7xodrlbJuiiA",
            Reservations + "eZhVQk63m6CDcIT3Dlqszg", Reservations + "rbdHAKi5Zpu5Z3ibFlSZWw",
        ]);
        foreach (var stream in await ledger.ListNamesAsync("")) await ledger.VerifyAsync(stream);
        (await ledger.CountOpenAsync(Reservations, Cancelled)).ShouldBe(2);

        var output = new ArrayBufferWriter<byte>();
        foreach (var commit in await ledger.ReadAllAsync(Batch)) LedgerExport.WriteCommit(output, commit);
        Encoding.UTF8.GetString(output.WrittenSpan)
            .ShouldBe(await File.ReadAllTextAsync(Path.Combine(Fixtures, "ledger-2.mi2-1.ndjson"), Cancelled));
    }

    [Fact]
    public async Task Its_batch_and_its_reservations_are_what_they_were()
    {
        using var directory = new ScratchFolder();
        await using var ledger = OpenCopy(directory);
        var batch = new SaleBatch();
        await BatchReplay.ReadAsync(ledger, Batch, batch, Cancelled);
        (batch.LastSeq, batch.Stock.Held).ShouldBe((36, 32));

        var found = new List<Reservation>();
        foreach (var stream in await ledger.ListNamesAsync(Reservations))
        {
            var last = default(Reservation);
            foreach (var commit in await ledger.ReadAllAsync(stream))
                last = ReservationStream.Read(commit.Entries.Span[..^1], last);
            found.Add(last);
        }
        found.Select(reservation => (reservation.User, reservation.Version, reservation.IsOpen, reservation.IsErased))
            .ShouldBe([
            ("weibo:alice", 1, true, false), ("weibo:carol", 2, true, false), ("weibo:鲍勃", 1, false, false),
            (null, 0, false, true),
        ]);
    }

    [Fact]
    public async Task It_can_be_appended_to()
    {
        using var directory = new ScratchFolder();
        await using var ledger = OpenCopy(directory);
        var head = await ledger.ReadHeadAsync(Batch, Cancelled);
        Convert.ToHexStringLower(head.Hash)
            .ShouldBe("db93b1ffaf4d8f91221248505dcfec5853e2ab3e4f2829ef60967b387e8dc11e");

        await ledger.AppendAllAsync([Chain.After(Batch, head, 3)]);
        (await ledger.VerifyAsync(Batch)).Seq.ShouldBe(39);
    }

    private static SqliteLedger OpenCopy(ScratchFolder directory)
    {
        var path = Path.Combine(directory.Path, "ledger.db");
        File.Copy(Path.Combine(Fixtures, "ledger-2.db"), path);
        return SqliteLedger.Open(path, null);
    }
}
