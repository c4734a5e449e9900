using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Orleans' own grain storage (ADO.NET) on an SQLite file beside the ledger's: documents that change at a person's
/// pace.
/// </summary>
/// <remarks>
/// Its writes block the thread that runs the grain's turn, which is why it has a file of its own and no place on the
/// purchase path. A writer that read an older version, or a first write that another one has overtaken, gets
/// <see cref="InconsistentStateException"/>. Durable as the ledger is: WAL, and synchronous=FULL is SQLite's default.
/// </remarks>
public static class SqliteGrainStorage
{
    // The name under which Orleans' ADO.NET storage loads Microsoft.Data.Sqlite.
    private const string Invariant = "System.Data.SQLite";

    /// <summary>
    /// Brings <see cref="DataDirectory.GrainsPath"/> to the newest schema and makes it the default grain storage, as
    /// JSON.
    /// </summary>
    /// <param name="silo">The silo to configure; silos of one process may share a directory.</param>
    /// <param name="directory">The data directory, open as long as the silo runs.</param>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder silo, DataDirectory directory)
    {
        SqliteFile.Apply(directory.GrainsPath, "Grains");
        return silo.AddAdoNetGrainStorageAsDefault(options => options.Configure(
            (AdoNetGrainStorageOptions storage, IOptions<SystemTextJsonGrainStorageSerializerOptions> json) =>
            {
                storage.Invariant = Invariant;
                storage.ConnectionString = SqliteFile.PooledConnectionString(directory.GrainsPath);
                storage.GrainStorageSerializer = new DocumentSerializer(json);
            }));
    }
}
