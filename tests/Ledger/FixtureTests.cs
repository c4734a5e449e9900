using System.Buffers;
using System.Text;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Tests.Ledger;

/// <summary>
/// Bytes written by earlier versions must be read for ever. <c>ledger-1.db</c> was made by the first version: a batch
/// in commits of 1, 1, 2, 30 and 2 entries, and reservations of three users with 1, 2 and 3 entries. Never rewrite a
/// fixture: add another.
/// </summary>
public sealed class FixtureTests
{
    private const string Batch = "batch/mi2-1";

    private static string Fixtures => Path.Combine(AppContext.BaseDirectory, "Fixtures");

    [Fact]
    public async Task The_first_versions_file_is_read_verified_and_exported_to_the_same_bytes()
    {
        using var directory = new TemporaryDirectory();
        await using var ledger = OpenCopy(directory);

        (await ledger.ReadAllAsync(Batch)).Select(commit => commit.Count).ShouldBe([1, 1, 2, 30, 2]);
        (await ledger.VerifyAsync(Batch)).Seq.ShouldBe(36);
        (await ledger.ListNamesAsync("")).ShouldBe(
            [Batch, "reservation/mi2-1/weibo:alice", "reservation/mi2-1/weibo:carol", "reservation/mi2-1/weibo:鲍勃"]);
        foreach (var stream in await ledger.ListNamesAsync("")) await ledger.VerifyAsync(stream);
        (await ledger.CountOpenAsync("reservation/mi2-1/", TestContext.Current.CancellationToken)).ShouldBe(2);

        var output = new ArrayBufferWriter<byte>();
        foreach (var commit in await ledger.ReadAllAsync(Batch)) LedgerExport.WriteCommit(output, commit);
        var expected = await File.ReadAllTextAsync(
            Path.Combine(Fixtures, "ledger-1.mi2-1.ndjson"), TestContext.Current.CancellationToken);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected);
    }

    [Fact]
    public async Task The_first_versions_file_can_be_appended_to()
    {
        using var directory = new TemporaryDirectory();
        await using var ledger = OpenCopy(directory);
        var head = await ledger.ReadHeadAsync(Batch, TestContext.Current.CancellationToken);
        Convert.ToHexStringLower(head.Hash).ShouldBe(
            "2bcc4b5eec0a06ab724c34a547343018992d27fc304490da6d23dadfa4c76767");

        await ledger.AppendAllAsync([Chain.After(Batch, head, 3)]);
        (await ledger.VerifyAsync(Batch)).Seq.ShouldBe(39);
    }

    private static SqliteLedger OpenCopy(TemporaryDirectory directory)
    {
        var path = Path.Combine(directory.Path, "ledger.db");
        File.Copy(Path.Combine(Fixtures, "ledger-1.db"), path);
        return SqliteLedger.Open(path, null);
    }
}
