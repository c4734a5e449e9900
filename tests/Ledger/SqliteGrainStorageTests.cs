using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Documents;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>Grain storage in a data directory.</summary>
public sealed class SqliteGrainStorageTests : GrainStorageContract
{
    private const int Documents = 60;

    private readonly ScratchFolder _temporary = new();
    private DataDirectory? _directory;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_was_cleared_or_replaced_is_not_in_the_files_after_a_purge()
    {
        await WriteAndForgetAsync();
        await Services.GetRequiredService<IDocumentPurge>().PurgeAsync();
        var bytes = Bytes.OfFiles(_temporary.Path);
        Count(bytes, "old-").ShouldBe(0);
        Count(bytes, "kept-").ShouldBe(Documents);
    }

    [Fact]
    public async Task It_is_overwritten_with_the_log_even_without_one()
    {
        await WriteAndForgetAsync();
        using var connection = new SqliteConnection(
            SqliteFile.ConnectionString(Path.Combine(_temporary.Path, "grains.db")));
        connection.Open();
        SqliteFile.CutLog(connection);
        Count(Bytes.OfFiles(_temporary.Path), "old-").ShouldBe(0);
    }

    [Fact]
    public async Task A_purge_that_a_reader_keeps_from_the_log_fails_and_works_when_it_is_gone()
    {
        await WriteAndForgetAsync();
        var purge = Services.GetRequiredService<IDocumentPurge>();
        using (var reader = new SqliteConnection(
            $"Data Source={Path.Combine(_temporary.Path, "grains.db")};Pooling=False;Mode=ReadOnly"))
        {
            reader.Open();
            using var snapshot = reader.BeginTransaction(deferred: true);
            using var read = reader.CreateCommand();
            read.CommandText = "SELECT count(*) FROM GrainState";
            read.ExecuteScalar();
            (await Should.ThrowAsync<SaleUnavailableException>(purge.PurgeAsync)).Message.ShouldContain(
                "may still be in their file");
            await Note("meanwhile").WriteAsync("is written");
        }

        await purge.PurgeAsync();
        Count(Bytes.OfFiles(_temporary.Path), "old-").ShouldBe(0);
    }

    // Documents that were replaced by longer and by shorter ones, and some that were cleared.
    private async Task WriteAndForgetAsync()
    {
        for (var document = 0; document < Documents; document++)
        {
            await Note($"replaced {document}").WriteAsync($"old-{document}" + new string('x', document * 7 % 300));
            await Note($"cleared {document}").WriteAsync($"old-{document}" + new string('x', document * 5 % 300));
        }
        for (var document = 0; document < Documents; document++)
        {
            await Note($"replaced {document}").WriteAsync($"kept-{document}" + new string('x', document * 11 % 300));
            await Note($"cleared {document}").ClearAsync();
        }
    }

    private static int Count(ReadOnlySpan<byte> bytes, string text) => bytes.Count(Encoding.UTF8.GetBytes(text));

    // Both silos of the process share one owner.
    protected override void AddStorage(ISiloBuilder silo)
    {
        lock (_temporary)
        {
            _directory ??= DataDirectory.Open(_temporary.Path);
            SqliteFile.Apply(_directory.GrainsPath, "Grains");
        }
        silo.AddSqliteGrainStorage(_directory);
    }

    protected override void Stopped()
    {
        _directory!.Dispose();
        _directory = null;
        Directory.GetFiles(_temporary.Path).Select(Path.GetFileName).Order().ShouldBe(["grains.db", "lock"]);
    }
}
