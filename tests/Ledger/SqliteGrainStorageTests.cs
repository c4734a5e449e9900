using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Tests.Ledger;

/// <summary>Grain storage in a data directory.</summary>
public sealed class SqliteGrainStorageTests : GrainStorageContract
{
    private readonly TemporaryDirectory _temporary = new();
    private DataDirectory? _directory;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _temporary.Dispose();
    }

    // One owner for both silos of the process.
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
