using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stores;
using StackExchange.Redis;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>
/// Debian's Redis beside the web server, on a free port of loopback and a folder of its own. As it comes, but for two
/// settings in its favour: it neither takes snapshots nor rewrites its append-only file meanwhile.
/// </summary>
internal sealed class RedisStage : IStage
{
    private readonly ServerProcess _server;
    private readonly int _port;
    private readonly ContenderProcess _host;
    private readonly Dictionary<string, int> _stocks = new(StringComparer.Ordinal);

    private RedisStage(ServerProcess server, int port, ContenderProcess host) => (_server, _port, _host) = (server, port, host);

    public Uri Address => _host.Address;

    public int HostProcess => _host.Id;

    public int? StoreProcess => _server.Id;

    public string Output => _host.Output;

    /// <param name="appendFsync">When its file is synced: <c>always</c> or <c>everysec</c>.</param>
    /// <param name="folder">Where its file is.</param>
    /// <param name="secrets">The web server's keys.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RedisStage> StartAsync(
        string appendFsync, string folder, EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var port = LoopbackPorts.Free();
        string[] arguments =
        [
            "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--appendfsync", appendFsync,
            "--save", "", "--auto-aof-rewrite-percentage", "0",
        ];
        var server = await ServerProcess.StartAsync(
            new ProcessStartInfo("redis-server", arguments), () => AcceptsAsync(port), cancellationToken);
        try
        {
            var host = await ContenderProcess.StartAsync("redis", secrets, ["--redis", $"127.0.0.1:{port}"], cancellationToken);
            return new RedisStage(server, port, host);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(_port);
        await client.GetDatabase().StringSetAsync($"{batch}:free", stock);
        _stocks[batch] = stock;
    }

    public async Task<StoredSale?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(_port);
        // Purchases whose connections were cut may still be under way: all is read as of one moment.
        var moment = client.GetDatabase().CreateTransaction();
        var entries = moment.StreamRangeAsync($"{batch}:orders");
        var buyers = moment.SetLengthAsync($"{batch}:buyers");
        var free = moment.StringGetAsync($"{batch}:free");
        if (!await moment.ExecuteAsync()) throw new EngineException("Redis could not be read");
        var orders = (await entries)
            .Select(entry => new StoredOrder($"{batch}.{entry["unit"]}", (string)entry["user"]!, (int)entry["unit"])).ToList();
        string[] broken = await buyers == orders.Count ? [] : [$"{await buyers} buyers have {orders.Count} orders"];
        return new StoredSale(_stocks[batch], (int)await free, orders, broken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    // No connection of ours stays open while the server is frozen.
    private static Task<ConnectionMultiplexer> ConnectAsync(int port) =>
        ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},connectTimeout=2000,connectRetry=0,asyncTimeout=60000");

    private static async Task<bool> AcceptsAsync(int port)
    {
        try
        {
            await using var client = await ConnectAsync(port);
            return true;
        }
        catch (RedisConnectionException)
        {
            return false;
        }
    }
}
