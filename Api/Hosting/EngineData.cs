using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using OrleansSale.GrainInterfaces;
using OrleansSale.Silo;
using OrleansSale.Silo.Cluster;
using OrleansSale.Silo.Cluster.Tls;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// Where the engine's data and its actors are: on files, with a silo of its own that no other silo joins; or on the
/// PostgreSQL of a cluster, with a silo that joins it, or as a front of other silos.
/// </summary>
public sealed class EngineData : IAsyncDisposable
{
    /// <summary>The name of the keys that sign sessions.</summary>
    public const string SessionKeysName = "session-keys";

    private const string DrainSeconds = "3";

    private readonly DataDirectory? _directory;
    private readonly PostgresDatabase? _database;
    private readonly ClusterSettings? _cluster;
    private readonly SiloEndpoint? _endpoint;
    private readonly ClusterTls? _tls;

    private EngineData(
        ConfigurationManager configuration, IHostEnvironment environment, DataDirectory? directory,
        PostgresDatabase? database, bool hasSilo)
    {
        (_directory, _database, HasSilo) = (directory, database, hasSilo);
        // On a cluster only the sandbox keeps files, and all fronts on this machine share them.
        if (PaymentOptions.UsesSandbox(configuration, environment.IsDevelopment()))
            SandboxDirectory = directory?.Path ?? UseDirectory(configuration, DataDirectory.Make);
        if (database is null) return;
        _cluster = ClusterSettings.Load(configuration);
        // Other fronts sell while this one ends, so it need not hurry.
        configuration.AddDefaults([new("Sale:DrainSeconds", DrainSeconds)]);
        _tls = ClusterTls.Load(configuration);
        _endpoint = hasSilo ? SiloEndpoint.Load(configuration, environment.IsDevelopment()) : null;
    }

    /// <summary>Whether actors live in this process.</summary>
    public bool HasSilo { get; }

    /// <summary>Whether other processes have the same data.</summary>
    public bool IsShared => _database is not null;

    /// <summary>Where the payment sandbox of this process keeps its file; null: this process has none.</summary>
    public string? SandboxDirectory { get; }

    /// <summary>Opens the data that the settings name.</summary>
    /// <exception cref="StartException">The settings contradict each other, or their data can't be used.</exception>
    /// <exception cref="DataDirectoryInUseException">Another process has the data directory.</exception>
    public static async Task<EngineData> OpenAsync(ConfigurationManager configuration, IHostEnvironment environment)
    {
        var hasSilo = HasSiloBy(configuration);
        var isClustered = configuration[DatabaseStart.ConnectionKey] is { Length: > 0 };
        if (!hasSilo && !isClustered)
        {
            throw new StartException(
                $"{DatabaseStart.ConnectionKey} is missing: Sale:Front is Cluster, which is found through it.");
        }
        if (!isClustered)
        {
            var directory = UseDirectory(configuration, DataDirectory.Open);
            return new EngineData(configuration, environment, directory, null, hasSilo);
        }

        var database = await DatabaseStart.OpenAsync(configuration);
        try
        {
            if (hasSilo) await DatabaseStart.RequireLedgerAsync(database, configuration);
            return new EngineData(configuration, environment, null, database, hasSilo);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether actors live in this process, by the settings.</summary>
    public static bool HasSiloBy(IConfiguration configuration) =>
        configuration.GetValue<FrontKind?>("Sale:Front") != FrontKind.Cluster;

    /// <summary>Adds the secrets that Development keeps with the data.</summary>
    public void AddSecrets(ConfigurationManager configuration)
    {
        if (_database is not null) DevelopmentSecrets.Add(configuration, _database);
        else DevelopmentSecrets.Add(configuration, _directory!.PathOf(DevelopmentSecrets.FileName));
    }

    /// <summary>Adds the silo, or the client of the silos.</summary>
    public void AddActors(WebApplicationBuilder builder)
    {
        if (_database is null) builder.UseOrleans(silo => silo.ConfigureEmbedded(_directory!, builder.Configuration));
        else if (HasSilo)
        {
            builder.UseOrleans(silo =>
            {
                silo.ConfigureCluster(_database, _cluster!, _endpoint!, builder.Configuration);
                silo.UseClusterTls(_tls);
            });
        }
        else
        {
            builder.UseOrleansClient(client =>
            {
                client.ConfigureCluster(_database, _cluster!);
                client.UseClusterTls(_tls);
            });
        }
    }

    /// <summary>Keeps the session keys with the data, so that every front of it knows them.</summary>
    public void KeepKeys(IDataProtectionBuilder protection)
    {
        if (_database is null)
        {
            var folder = _directory!.PathOf(SessionKeysName);
            DirectoryStart.MakeFolder(folder);
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        }
        else
        {
            protection.Services.Configure<KeyManagementOptions>(
                options => options.XmlRepository = new SessionKeyRing(_database.Source));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _directory?.Dispose();
        if (_database is not null) await _database.DisposeAsync();
    }

    private static T UseDirectory<T>(ConfigurationManager configuration, Func<string, T> use)
    {
        try
        {
            return use(configuration["Sale:DataDirectory"] is { Length: > 0 } path ? path : "data");
        }
        catch (Exception e) when (e is IOException and not DataDirectoryInUseException or UnauthorizedAccessException)
        {
            throw new StartException($"Sale:DataDirectory cannot be used: {e.Message}");
        }
    }
}
