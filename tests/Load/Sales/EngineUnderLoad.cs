using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>The engine in one process, on SQLite files.</summary>
internal sealed class EmbeddedEngine : IEngineUnderLoad
{
    /// <summary>How the ledger's file is written.</summary>
    public const string WhatSqliteDoes = "SQLite WAL, synchronous=FULL, one fsync per commit before the answers it carries";

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    private readonly EngineProcess _process;
    private readonly string _directory;
    private readonly bool _keeps;

    private EmbeddedEngine(EngineProcess process, string directory, bool keeps) =>
        (_process, _directory, _keeps) = (process, directory, keeps);

    public IReadOnlyList<Uri> Fronts => [_process.Address];

    public IReadOnlyList<Uri> Programs => Fronts;

    public string Durability => WhatSqliteDoes;

    public string Output => _process.Output;

    public TimeSpan ToFirstAnswer => _process.ToFirstAnswer;

    public TimeSpan ToReady => _process.ToReady;

    /// <summary>Starts it on an empty directory, which goes with it unless it is to be kept.</summary>
    public static Task<IEngineUnderLoad> StartAsync(EngineSecrets secrets, bool keeps, CancellationToken cancellationToken) =>
        StartAsync(directory => new EngineOptions(directory, secrets), keeps, cancellationToken);

    /// <summary>Starts it on an empty directory, which goes with it unless it is to be kept.</summary>
    /// <param name="optionsOn">How to start it on that directory.</param>
    /// <param name="keeps">Whether the directory is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IEngineUnderLoad> StartAsync(
        Func<string, EngineOptions> optionsOn, bool keeps, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orleanssale-sellout-").FullName;
        try
        {
            var process = await EngineProcess.StartAsync(optionsOn(directory), cancellationToken);
            return new EmbeddedEngine(process, directory, keeps);
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    public EngineUsage Usage() => _process.Usage();

    public Task<int> CountSuspectedAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<bool> StopAsync() => _process.StopAsync(StopWithin);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (!_keeps) Directory.Delete(_directory, recursive: true);
        else Console.WriteLine($"The engine's data is kept in {_directory}");
    }
}
