using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// Where a ledger is kept: SQLite files, or databases on a PostgreSQL of its own, in which the silo is alone. Disposing
/// deletes everything that was kept there.
/// </summary>
internal sealed class LedgerPlace : IAsyncDisposable
{
    // An engine in Development keeps its sandbox of payments beside a database.
    private readonly ScratchFolder _folder = new();
    private readonly PostgresServer? _server;
    private int _renewed;

    private LedgerPlace(PostgresServer? server, string durability) => (_server, Durability) = (server, durability);

    public string Name => _server is null ? MeasureOptions.Sqlite : MeasureOptions.Postgres;
    public string Durability { get; }
    public int? ServerProcess => _server?.ProcessId;
    private string Current => $"sale{_renewed}";

    public static async Task<LedgerPlace> OpenAsync(string ledger, CancellationToken cancellationToken)
    {
        if (ledger == MeasureOptions.Sqlite) return new LedgerPlace(server: null, EngineUnderLoad.SqliteDurability);
        var server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        return new LedgerPlace(server, await EngineUnderLoad.DurabilityOfAsync(server, cancellationToken));
    }

    /// <summary>Deletes what is there; the settings of an engine that begins anew.</summary>
    public async Task<IReadOnlyList<string>> RenewAsync(CancellationToken cancellationToken)
    {
        var before = Current;
        _renewed++;
        if (Path.Combine(_folder.Path, before) is var old && Directory.Exists(old))
            Directory.Delete(old, recursive: true);
        var folder = $"--Sale:DataDirectory={Path.Combine(_folder.Path, Current)}";
        if (_server is null) return [folder];
        await _server.ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS \"{before}\" WITH (FORCE)", cancellationToken);
        var connection = await _server.CreateDatabaseAsync(Current, cancellationToken);
        // What is still to be written of the one before is not for the next to pay.
        await _server.ExecuteAsync("postgres", "CHECKPOINT", cancellationToken);
        return [folder, .. EngineUnderLoad.OneSilo(connection).Select(one => $"--{one.Key}={one.Value}")];
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }
}
