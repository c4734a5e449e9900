namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A contender's processes on data of their own. Disposing ends them, and deletes the data.</summary>
/// <param name="host">The process of the web server. The engine's is its SQLite store too.</param>
/// <param name="storeProcess">The process of the store beside it, which may have children; null: there is none.</param>
/// <param name="owned">What goes with it, in the order in which it ends.</param>
internal class Stage(
    EngineSecrets secrets, EngineProcess host, int? storeProcess, params IReadOnlyList<IAsyncDisposable> owned)
    : IAsyncDisposable
{
    public EngineSecrets Secrets => secrets;

    public Uri Address => host.Address;
    public int HostProcess => host.Id;
    public int? StoreProcess => storeProcess;

    public string Output => host.Output;

    public static async Task<Stage> StartAsync(Contender contender, CancellationToken cancellationToken)
    {
        var secrets = EngineSecrets.Make();
        return contender.Host switch
        {
            Host.NoOp => await StartNoOpAsync("noop"),
            Host.NoOpWithTokens => await StartNoOpAsync("noop-jwt"),
            Host.RedisEverySecond => await RedisStage.StartAsync("everysec", secrets, cancellationToken),
            Host.RedisAlways => await RedisStage.StartAsync("always", secrets, cancellationToken),
            Host.Postgres => await PostgresStage.StartAsync(secrets, cancellationToken),
            var host => new EngineStage(
                await EngineUnderLoad.StartAsync(
                    onPostgres: host == Host.EngineOnPostgres, cancellationToken,
                    options => options with { Assembly = contender.Assembly }),
                contender),
        };

        async Task<Stage> StartNoOpAsync(string name)
        {
            var host = await StartHostAsync(name, secrets, cancellationToken);
            return new Stage(secrets, host, null, host);
        }
    }

    /// <summary>Puts in a fresh batch that takes what is asked of the contender.</summary>
    public virtual Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is stored of a batch, by the store itself or the engine's exports; null: nothing is.</summary>
    /// <param name="told">By which users are known.</param>
    public virtual Task<Stored?> ReadAsync(string batch, Told told, CancellationToken cancellationToken) =>
        Task.FromResult<Stored?>(null);

    /// <summary>
    /// Stops all its processes: it must not so much as tick while another is measured. The web server first: nothing is
    /// asked of a store that is about to stop.
    /// </summary>
    public void Freeze() => Send([HostProcess, StoreProcess], Signals.Freeze);

    /// <summary>Continues all its processes. The store first: the web server that asks it finds it awake.</summary>
    public void Thaw() => Send([StoreProcess, HostProcess], Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in owned) await one.DisposeAsync();
    }

    /// <summary>
    /// Starts a comparator's web server. It runs on the engine's own runtime settings, in its folder (and so with its
    /// appsettings.json), and in the same environment.
    /// </summary>
    protected static Task<EngineProcess> StartHostAsync(
        string name, EngineSecrets secrets, CancellationToken cancellationToken, string store = "") =>
        EngineProcess.StartAsync(
            new EngineOptions("", secrets)
            {
                Assembly = WorkingCopy.ProgramOf("tests/Contenders") + ".dll",
                Settings = new Dictionary<string, string> { ["contender"] = name, ["store"] = store },
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
