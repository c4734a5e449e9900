using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces;
using StackExchange.Redis;

namespace OrleansSale.Tests.Contenders.Stocks;

/// <summary>
/// Redis and a Lua script, as flash sales are commonly built: one stock decrement, one order per user, the order
/// appended to a stream, in one atomic step. Redis answers after the write to its append-only file as it is configured.
/// </summary>
internal sealed class RedisStock : IStock
{
    /// <summary>What is free counts down, so what is left before the decrement is the unit's number.</summary>
    private const string Script = """
        local left = tonumber(redis.call('GET', KEYS[1]))
        if left <= 0 then return redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 and -1 or 0 end
        if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return -1 end
        redis.call('DECR', KEYS[1])
        redis.call('XADD', KEYS[3], '*', 'user', ARGV[1], 'unit', left, 'heldAt', ARGV[2])
        return left
        """;

    private const int SoldOut = 0;
    private const int HasOne = -1;

    private readonly IDatabase _database;
    private readonly byte[] _script;
    private readonly ConcurrentDictionary<string, RedisKey[]> _keys = new(StringComparer.Ordinal);

    private RedisStock(IDatabase database, byte[] script) => (_database, _script) = (database, script);

    /// <summary>Connects and loads the script.</summary>
    /// <param name="address">Host and port. The client sends everybody's commands over one connection, back to
    /// back.</param>
    public static async Task<RedisStock> ConnectAsync(string address)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(address);
        var script = await redis.GetServer(address).ScriptLoadAsync(Script);
        return new RedisStock(redis.GetDatabase(), script);
    }

    /// <inheritdoc/>
    public async Task<Taken> TakeAsync(string batch, string user, DateTimeOffset heldAt)
    {
        var keys = _keys.GetOrAdd(batch, id => [$"{id}:free", $"{id}:buyers", $"{id}:orders"]);
        var left = (int)await _database.ScriptEvaluateAsync(_script, keys, [user, heldAt.ToUnixTimeMilliseconds()]);
        return left switch
        {
            SoldOut => new Taken(0, Refusal.SoldOut),
            HasOne => new Taken(0, Refusal.LimitReached),
            _ => new Taken(left, null),
        };
    }
}
