using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;
using StackExchange.Redis;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>
/// Debian's Redis beside the web server, on a free port of loopback and a folder of its own. As it comes, but for two
/// settings in its favour: it neither takes snapshots nor rewrites its append-only file meanwhile.
/// </summary>
internal sealed class RedisStage : Stage
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60),
        PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _server;
    private readonly ScratchFolder _folder;
    private readonly int _port;
    private readonly Dictionary<string, int> _stocks = new(StringComparer.Ordinal);

    private RedisStage(Process server, ScratchFolder folder, int port, EngineSecrets secrets, EngineProcess host)
        : base(secrets, host, server.Id) => (_server, _folder, _port) = (server, folder, port);

    /// <summary>Starts it; its file is synced <c>always</c> or <c>everysec</c>.</summary>
    public static async Task<RedisStage> StartAsync(
        string appendFsync, EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var (port, folder) = (LoopbackPorts.Free(), new ScratchFolder());
        var log = Path.Combine(folder.Path, "log");
        var server = Process.Start(
            "redis-server",
            [
                "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder.Path, "--logfile", log,
                "--appendonly", "yes", "--appendfsync", appendFsync, "--save", "", "--auto-aof-rewrite-percentage", "0",
            ]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => End(server);
        try
        {
            var started = Stopwatch.GetTimestamp();
            // Another program may answer on the port that it did not get.
            while (!await AcceptsAsync(port) || server.HasExited)
            {
                if (server.HasExited || Stopwatch.GetElapsedTime(started) > StartWithin)
                    throw new EngineException($"Redis did not start:\n{File.ReadAllText(log)}");
                await Task.Delay(PollInterval, cancellationToken);
            }

            var host = await StartHostAsync("redis", secrets, cancellationToken, $"127.0.0.1:{port}");
            return new RedisStage(server, folder, port, secrets, host);
        }
        catch
        {
            End(server);
            folder.Dispose();
            throw;
        }
    }

    public override async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(_port);
        await client.GetDatabase().StringSetAsync($"{batch}:free", stock);
        _stocks[batch] = stock;
    }

    public override async Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(_port);
        // Purchases whose connections were cut may still be under way: all is read as of one moment.
        var moment = client.GetDatabase().CreateTransaction();
        var entries = moment.StreamRangeAsync($"{batch}:orders");
        var buyers = moment.SetLengthAsync($"{batch}:buyers");
        var free = moment.StringGetAsync($"{batch}:free");
        if (!await moment.ExecuteAsync()) throw new EngineException("Redis could not be read");
        var orders = (await entries)
            .Select(entry => new OrderTold($"{batch}.{entry["unit"]}", (string)entry["user"]!, (int)entry["unit"]))
            .ToList();
        string[] broken = await buyers == orders.Count ? [] : [$"{await buyers} buyers have {orders.Count} orders"];
        return new StoredSale(_stocks[batch], (int)await free, orders, broken);
    }

    protected override async ValueTask EndAsync()
    {
        await base.EndAsync();
        End(_server);
        await _server.WaitForExitAsync();
        _folder.Dispose();
    }

    private static void End(Process server)
    {
        if (!server.HasExited) server.Kill();
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
