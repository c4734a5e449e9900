using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A contender's processes on data of their own. Disposing ends them, and deletes the data.</summary>
internal class Stage(EngineProcess host, int? storeProcess = null) : IAsyncDisposable
{
    public Uri Address => host.Address;
    public int HostProcess => host.Id;
    public int? StoreProcess => storeProcess;
    public string Output => host.Output;

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

    public void Thaw() => Send([StoreProcess, HostProcess], Signals.Continue);

    public ValueTask DisposeAsync() => EndAsync();

    protected virtual ValueTask EndAsync() => host.DisposeAsync();

    /// <summary>
    /// Starts a comparator's web server. It runs on the engine's own runtime settings, in its folder (and so with its
    /// appsettings.json), and in the same environment.
    /// </summary>
    protected static Task<EngineProcess> StartHostAsync(
        string name, EngineSecrets secrets, CancellationToken cancellationToken,
        params IEnumerable<(string Name, string Value)> store) =>
        EngineProcess.StartAsync(
            new EngineOptions("", secrets)
            {
                Assembly = WorkingCopy.ProgramOf("tests/Contenders") + ".dll",
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
