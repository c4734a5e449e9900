using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stores;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A contender's processes on data of their own. Disposing ends them, and deletes what is not in the folder they got.</summary>
internal interface IStage : IAsyncDisposable
{
    /// <summary>Where its web server listens.</summary>
    Uri Address { get; }

    /// <summary>The process of the web server; the engine's is its store too.</summary>
    int HostProcess { get; }

    /// <summary>The process of the store beside it, which may have children; null if there is none.</summary>
    int? StoreProcess { get; }

    /// <summary>The last lines of the web server, for diagnosis.</summary>
    string Output { get; }

    /// <summary>Puts in a fresh batch that is on sale.</summary>
    /// <exception cref="EngineException">It could not be put in.</exception>
    Task OpenAsync(string batch, int stock, CancellationToken cancellationToken);

    /// <summary>
    /// Reads what is stored of a batch: from the store itself, or the engine's ledger by its export. Null if nothing is stored.
    /// </summary>
    Task<StoredSale?> ReadAsync(string batch, CancellationToken cancellationToken);
}

/// <summary>Starts stages.</summary>
internal static class Stage
{
    /// <summary>Starts a contender's processes and waits until they are ready.</summary>
    /// <param name="host">Which.</param>
    /// <param name="folder">An empty folder for their data.</param>
    /// <param name="secrets">Keys for tickets and tokens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">They did not start.</exception>
    public static async Task<IStage> StartAsync(
        Host host, string folder, EngineSecrets secrets, CancellationToken cancellationToken) => host switch
        {
            Host.Engine => await EngineStage.StartAsync(folder, secrets, cancellationToken),
            Host.NoOp => new NoOpStage(await ContenderProcess.StartAsync("noop", secrets, [], cancellationToken)),
            Host.NoOpWithTokens => new NoOpStage(await ContenderProcess.StartAsync("noop-jwt", secrets, [], cancellationToken)),
            Host.RedisEverySecond => await RedisStage.StartAsync("everysec", folder, secrets, cancellationToken),
            Host.RedisAlways => await RedisStage.StartAsync("always", folder, secrets, cancellationToken),
            Host.Postgres => await PostgresStage.StartAsync(secrets, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(host), host, "no such host"),
        };
}
