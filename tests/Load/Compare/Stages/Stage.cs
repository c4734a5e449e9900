using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A contender's processes on data of their own. Disposing ends them, and deletes the data.</summary>
/// <param name="host">The process of the web server. The engine's is its SQLite store too.</param>
/// <param name="storeProcess">The process of the store beside it, which may have children; null if there is
/// none.</param>
internal class Stage(EngineProcess host, int? storeProcess = null) : IAsyncDisposable
{
    /// <summary>Where its web server listens.</summary>
    public Uri Address => host.Address;

    /// <summary>The process of the web server.</summary>
    public int HostProcess => host.Id;

    /// <summary>The process of the store beside it; null if there is none.</summary>
    public int? StoreProcess => storeProcess;

    /// <summary>The last lines of the web server, for diagnosis.</summary>
    public string Output => host.Output;

    /// <summary>Starts a contender's processes and waits until they are ready.</summary>
    /// <exception cref="EngineException">They did not start.</exception>
    public static async Task<Stage> StartAsync(
        Contender contender, EngineSecrets secrets, CancellationToken cancellationToken) =>
        contender.Host switch
        {
            Host.NoOp => new Stage(await StartHostAsync("noop", secrets, cancellationToken)),
            Host.NoOpWithTokens => new Stage(await StartHostAsync("noop-jwt", secrets, cancellationToken)),
            Host.RedisEverySecond => await RedisStage.StartAsync("everysec", secrets, cancellationToken),
            Host.RedisAlways => await RedisStage.StartAsync("always", secrets, cancellationToken),
            Host.Postgres => await PostgresStage.StartAsync(secrets, cancellationToken),
            Host.Engine => new EngineStage(
                await EngineUnderLoad.StartAsync(secrets, keeps: false, adjust: null, cancellationToken), secrets,
                contender.Asked),
            _ => new EngineStage(
                await EngineUnderLoad.StartOnPostgresAsync(secrets, cancellationToken), secrets, contender.Asked),
        };

    /// <summary>Puts in a fresh batch that takes what is asked of the contender.</summary>
    /// <exception cref="EngineException">It could not be put in.</exception>
    public virtual Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Reads what is stored of a batch: from the store itself, or from the engine's ledgers by their export. Null if
    /// nothing is stored.
    /// </summary>
    public virtual Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken) =>
        Task.FromResult<Stored?>(null);

    /// <summary>
    /// Stops all its processes: it must not so much as tick while another is measured. The web server first: nothing is
    /// asked of a store that is about to stop.
    /// </summary>
    public void Freeze() => Send([HostProcess, StoreProcess], Signals.Freeze);

    /// <summary>Continues all its processes. The store first: the web server that asks it finds it awake.</summary>
    public void Thaw() => Send([StoreProcess, HostProcess], Signals.Continue);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync();

    /// <summary>Ends the processes, and deletes the data.</summary>
    protected virtual ValueTask EndAsync() => host.DisposeAsync();

    /// <summary>
    /// Starts a comparator's web server. It runs on the engine's own runtime settings, in its folder (and so with its
    /// appsettings.json), and in the same environment.
    /// </summary>
    /// <param name="name">Which, as its program knows it.</param>
    /// <param name="secrets">Its keys.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="store">Where its store is, and under which name it is told so.</param>
    protected static Task<EngineProcess> StartHostAsync(
        string name, EngineSecrets secrets, CancellationToken cancellationToken,
        params IEnumerable<(string Name, string Value)> store) =>
        EngineProcess.StartAsync(
            new EngineOptions("", secrets)
            {
                Assembly = Built.Contenders,
                Settings = store.Append(("contender", name)).ToDictionary(),
            },
            cancellationToken);

    private void Send(int?[] processes, Func<int, bool> signal)
    {
        var tree = ProcessTree.Read();
        foreach (var process in processes.OfType<int>())
        {
            // A child may have ended since; the process itself may not.
            if (!signal(process)) throw new EngineException($"a contender's process has ended:\n{Output}");
            foreach (var child in tree.Members(process).Skip(1)) _ = signal(child);
        }
    }
}
