using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Engine.Places;

/// <summary>Databases on a PostgreSQL of its own: the silo is one of a cluster, alone in it.</summary>
internal sealed class PostgresPlace : ILedgerPlace
{
    // What an engine in Development keeps beside the database: its sandbox of payments.
    private readonly string _folder = Directory.CreateTempSubdirectory("orleanssale-engine-").FullName;
    private readonly PostgresServer _server;
    private string? _database;
    private int _renewed;

    private PostgresPlace(PostgresServer server, string durability) => (_server, Durability) = (server, durability);

    public string Name => MeasureOptions.Postgres;

    public string Durability { get; }

    public int? ServerProcess => _server.ProcessId;

    /// <summary>Starts the server.</summary>
    public static async Task<PostgresPlace> StartAsync(CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        try
        {
            var durability = await server.AskDurabilityAsync(cancellationToken);
            return new PostgresPlace(server, durability + ", one commit before the answers it carries");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<string>> RenewAsync(CancellationToken cancellationToken)
    {
        if (_database is not null) await _server.ExecuteAsync("postgres", $"DROP DATABASE \"{_database}\" WITH (FORCE)", cancellationToken);
        _database = $"sale_{++_renewed}";
        var connection = await _server.CreateDatabaseAsync(_database, cancellationToken);
        // What is still to be written of the one before is not for the next to pay.
        await _server.ExecuteAsync("postgres", "CHECKPOINT", cancellationToken);
        return
        [
            $"--ConnectionStrings:Sale={connection}", $"--Sale:DataDirectory={Path.Combine(_folder, _database)}",
            "--Orleans:SiloPort=0", "--Orleans:GatewayPort=0",
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
