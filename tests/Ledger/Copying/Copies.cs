using System.Buffers;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>Copies made in this process, and what is looked at afterwards.</summary>
internal static class Copies
{
    /// <summary>Copies; the status must be 0.</summary>
    public static async Task<string> CopyAsync(string from, string to)
    {
        var (status, output, errors) = await TryAsync(from, to);
        errors.ShouldBe("");
        status.ShouldBe(0);
        return output;
    }

    /// <summary>Tries to copy; the status must be 1 and the reason one line, which is returned.</summary>
    public static async Task<string> RefusedAsync(string from, string to)
    {
        var (status, _, errors) = await TryAsync(from, to);
        status.ShouldBe(1, errors);
        errors.ShouldEndWith("\n");
        errors.TrimEnd('\n').ShouldNotContain('\n');
        return errors.TrimEnd('\n');
    }

    /// <summary>The export of every stream, by name.</summary>
    public static async Task<Dictionary<string, byte[]>> ExportAsync(string place)
    {
        if (!Directory.Exists(place))
        {
            await using var database = PostgresDatabase.Open(place);
            await using var ledger = PostgresLedger.Open(database);
            return await ExportAsync(ledger);
        }
        using var directory = DataDirectory.Open(place);
        await using var files = SqliteLedger.Open(directory.LedgerPath, null);
        return await ExportAsync(files);
    }

    /// <summary>Demands the same streams with the same lines and hashes.</summary>
    public static void ShouldBeSame(this Dictionary<string, byte[]> actual, Dictionary<string, byte[]> expected)
    {
        actual.Keys.Order(StringComparer.Ordinal).ShouldBe(expected.Keys.Order(StringComparer.Ordinal));
        foreach (var (stream, lines) in expected) actual[stream].AsSpan().SequenceEqual(lines).ShouldBeTrue(stream);
    }

    /// <summary>All documents as they are stored.</summary>
    public static List<string> Documents(string directory) =>
    [
        .. SqliteRows.ReadDocuments(Path.Combine(directory, "grains.db")).Select(row =>
            $"{row with { Payload = null }} {row.ModifiedAt:O} "
            + $"{(row.Payload is null ? "cleared" : Convert.ToHexString(row.Payload))}"),
    ];

    private static async Task<(int Status, string Output, string Errors)> TryAsync(string from, string to)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var status = await CopyCommand.RunAsync(
            from, to, output, isTerminal: false, errors, TestContext.Current.CancellationToken);
        return (status, $"{output}", $"{errors}");
    }

    private static async Task<Dictionary<string, byte[]>> ExportAsync(ILedger ledger)
    {
        var exports = new Dictionary<string, byte[]>();
        foreach (var stream in await ledger.ListNamesAsync(""))
        {
            var lines = new ArrayBufferWriter<byte>();
            foreach (var commit in await ledger.ReadAllAsync(stream)) LedgerExport.WriteCommit(lines, commit);
            exports.Add(stream, lines.WrittenSpan.ToArray());
        }
        return exports;
    }
}
