using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Orleans' own grain storage (ADO.NET) on the cluster's database: documents that change at a person's pace.
/// </summary>
/// <remarks>
/// A writer that read an older version, or a first write that another one has overtaken, gets
/// <see cref="InconsistentStateException"/>. The schema has to be there: see <see cref="PostgresSchema"/>.
/// </remarks>
public static class PostgresGrainStorage
{
    /// <summary>The name under which Orleans' ADO.NET providers load Npgsql.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Makes the database the default grain storage, as JSON.</summary>
    /// <param name="silo">The silo to configure.</param>
    /// <param name="connectionString">
    /// As in <c>ConnectionStrings:Sale</c>; without effect if a <see cref="PostgresDatabase"/> is registered already.
    /// </param>
    /// <exception cref="DatabaseUnusableException">The connection string is malformed.</exception>
    public static ISiloBuilder AddPostgresGrainStorage(this ISiloBuilder silo, string connectionString)
    {
        PostgresDatabase.Parse(connectionString);
        silo.Services.TryAddSingleton(services =>
            PostgresDatabase.Open(connectionString, services.GetRequiredService<ILogger<PostgresDatabase>>()));
        return silo.AddAdoNetGrainStorageAsDefault(options => options.Configure(
            (AdoNetGrainStorageOptions storage, PostgresDatabase database,
                IOptions<SystemTextJsonGrainStorageSerializerOptions> json) =>
            {
                storage.Invariant = Invariant;
                storage.DataSource = database.Source;
                storage.GrainStorageSerializer = new SystemTextJsonGrainStorageSerializer(json);
            }));
    }
}
