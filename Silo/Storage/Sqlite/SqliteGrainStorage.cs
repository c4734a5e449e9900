using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Serialization;
using Orleans.Storage;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Orleans' own grain storage (ADO.NET) on an SQLite file beside the ledger's: documents that change at a person's
/// pace.
/// </summary>
/// <remarks>
/// Its writes block the thread that runs the grain's turn. So it has a file of its own, and purchases never use it. If
/// another writer was faster, a write fails with <see cref="InconsistentStateException"/>. It is as durable as the
/// ledger: in WAL mode, and with synchronous=FULL, which is SQLite's default.
/// </remarks>
public static class SqliteGrainStorage
{
    // The name under which Orleans' ADO.NET storage loads Microsoft.Data.Sqlite.
    private const string Invariant = "System.Data.SQLite";

    /// <summary>
    /// Checks that the file can be written durably, and that it has the tables and statements that Orleans uses.
    /// </summary>
    /// <exception cref="SqliteException">The file cannot be written, or has other tables.</exception>
    /// <exception cref="InvalidOperationException">Orleans' statements are missing.</exception>
    internal static void WriteTo(string path)
    {
        using var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        connection.Open();
        const string columns = "ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt";
        SqliteFile.Prepare(connection, $"SELECT {columns} FROM GrainState").Dispose();
        using var count = SqliteFile.Prepare(
            connection,
            """
            SELECT count(*) FROM OrleansQuery WHERE length(QueryText) > 0
              AND QueryKey IN ('WriteToStorageKey', 'ReadFromStorageKey', 'ClearStorageKey')
            """);
        if (count.ExecuteScalar() is not 3L) throw new InvalidOperationException("Statements of Orleans are missing.");
        SqliteFile.Execute(connection, $"PRAGMA user_version = {Random.Shared.Next()}");
    }

    /// <summary>
    /// Makes <see cref="DataDirectory.GrainsPath"/>, whose schema is up to date, the default grain storage, as JSON.
    /// </summary>
    /// <param name="silo">The silo to configure; silos of one process may share a directory.</param>
    /// <param name="directory">The data directory, open as long as the silo runs.</param>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder silo, DataDirectory directory)
    {
        silo.AddAdoNetGrainStorageAsDefault(options => options.Configure(
            (AdoNetGrainStorageOptions storage, IOptions<SystemTextJsonGrainStorageSerializerOptions> json) =>
            {
                storage.Invariant = Invariant;
                storage.DataSource = new GrainFileSource(directory.GrainsPath);
                storage.GrainStorageSerializer = new DocumentSerializer(json);
            }));
        silo.Services.AddSingleton(
            services => new GrainFile(directory.GrainsPath, services.GetRequiredService<ILogger<GrainFile>>()));
        silo.Services.AddSingleton<IDocumentPurge>(services => new SqliteDocumentPurge(
            directory.GrainsPath, services.GetRequiredService<GrainFile>(),
            services.GetRequiredService<ILogger<SqliteDocumentPurge>>()));
        var orleans = silo.Services.Last(service => service.ServiceType == typeof(IGrainStorage)
            && Equals(service.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        silo.Services.Remove(orleans);
        silo.Services.AddKeyedSingleton<IGrainStorage>(orleans.ServiceKey, (services, key) => new GuardedGrainStorage(
            (IGrainStorage)orleans.KeyedImplementationFactory!(services, key),
            services.GetRequiredService<GrainFile>()));
        return silo;
    }
}
