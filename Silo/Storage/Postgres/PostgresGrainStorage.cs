using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Orleans' own grain storage (ADO.NET) on the cluster's database: documents that change at a person's pace.
/// </summary>
/// <remarks>
/// If another writer was faster, a write fails with <see cref="InconsistentStateException"/>. The schema must be up to
/// date: see <see cref="PostgresSchema"/>.
/// </remarks>
public static class PostgresGrainStorage
{
    /// <summary>The name under which Orleans' ADO.NET providers load Npgsql.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Makes the database the default grain storage, as JSON.</summary>
    /// <param name="silo">The silo to configure.</param>
    /// <param name="database">The database; it stays open as long as the silo runs.</param>
    public static ISiloBuilder AddPostgresGrainStorage(this ISiloBuilder silo, PostgresDatabase database)
    {
        silo.Services.AddSingleton<IDocumentPurge, PostgresDocumentPurge>();
        return silo.AddAdoNetGrainStorageAsDefault(options => options.Configure(
            (AdoNetGrainStorageOptions storage, IOptions<SystemTextJsonGrainStorageSerializerOptions> json) =>
            {
                storage.Invariant = Invariant;
                storage.DataSource = database.Source;
                storage.GrainStorageSerializer = new DocumentSerializer(json);
            }));
    }
}
