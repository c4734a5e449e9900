using StackExchange.Redis;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>
/// Debian's Redis beside the web server. As it comes, but for two settings in its favour: it neither takes snapshots
/// nor rewrites its append-only file meanwhile.
/// </summary>
internal sealed class RedisStage : Stage
{
    private readonly string _address;
    private readonly Dictionary<string, int> _stocks = new(StringComparer.Ordinal);

    private RedisStage(ServerProcess server, string address, EngineSecrets secrets, EngineProcess host)
        : base(secrets, host, server.Id, host, server) => _address = address;

    /// <summary>Starts it; its file is synced <c>always</c> or <c>everysec</c>.</summary>
    public static async Task<RedisStage> StartAsync(
        string appendFsync, EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var server = await ServerProcess.StartAsync("redis-server", (folder, port) =>
        [
            "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes",
            "--appendfsync", appendFsync, "--save", "", "--auto-aof-rewrite-percentage", "0",
        ], cancellationToken);
        try
        {
            var address = $"127.0.0.1:{server.Port}";
            var host = await StartHostAsync("redis", secrets, cancellationToken, address);
            return new RedisStage(server, address, secrets, host);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync();
        await client.GetDatabase().StringSetAsync($"{batch}:free", stock);
        _stocks[batch] = stock;
    }

    public override async Task<Stored?> ReadAsync(string batch, Told told, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync();
        var database = client.GetDatabase();
        var orders = (await database.StreamRangeAsync($"{batch}:orders"))
            .Select(entry => new OrderTold($"{batch}.{entry["unit"]}", (string)entry["user"]!, (int)entry["unit"]))
            .ToList();
        var buyers = await database.SetLengthAsync($"{batch}:buyers");
        string[] broken = buyers == orders.Count ? [] : [$"{buyers} buyers have {orders.Count} orders"];
        return new Stored(_stocks[batch], (int)await database.StringGetAsync($"{batch}:free"), orders, broken);
    }

    // No connection of ours stays open while the server is frozen.
    private async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(
        $"{_address},connectTimeout=2000,connectRetry=0,asyncTimeout=60000");
}
