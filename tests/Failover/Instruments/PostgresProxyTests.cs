using Npgsql;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover.Instruments;

/// <summary>The proxy does to a connection what it says, and nothing else.</summary>
public sealed class PostgresProxyTests(ClusterStage stage) : IAsyncLifetime
{
    private const string Insert = "INSERT INTO kept VALUES (@value)";

    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(10);
    private static int _databases;

    private string _connectionString = "";
    private PostgresProxy? _proxy;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var direct =
            await stage.Postgres.CreateDatabaseAsync($"proxied{Interlocked.Increment(ref _databases)}", Cancellation);
        _proxy = PostgresProxy.Start(stage.Postgres);
        _connectionString = _proxy.Through(direct) + ";Pooling=false";
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE kept (value int)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null) await _proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_whose_answer_is_lost_has_been_executed_and_its_connection_is_gone(bool isPrepared)
    {
        await using var connection = await OpenAsync();
        await using var other = await OpenAsync();
        await using var insert = new NpgsqlCommand(Insert, connection) { Parameters = { new("value", 1) } };
        if (isPrepared) await insert.PrepareAsync(Cancellation);
        await insert.ExecuteNonQueryAsync(Cancellation);

        var lost = _proxy!.LoseAnswerAsync(sql => sql.StartsWith("INSERT", StringComparison.Ordinal));
        await ExecuteAsync(connection, "SELECT 1");
        lost.IsCompleted.ShouldBeFalse();
        await Should.ThrowAsync<NpgsqlException>(() => insert.ExecuteNonQueryAsync(Cancellation));
        await lost.WaitAsync(Patience, Cancellation);
        (await CountAsync(other)).ShouldBe(2);

        // Once only.
        await ExecuteAsync(other, "INSERT INTO kept VALUES (3)");
        (await CountAsync(other)).ShouldBe(3);
    }

    [Fact]
    public async Task Each_connection_can_be_cut_and_the_others_go_on()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        _proxy!.Links.ShouldBe(2);
        _proxy.CutOne(new Random(1)).ShouldBeTrue();
        var results = new List<bool>();
        foreach (var connection in (NpgsqlConnection[])[first, second])
        {
            try
            {
                await ExecuteAsync(connection, "SELECT 1");
                results.Add(true);
            }
            catch (NpgsqlException)
            {
                results.Add(false);
            }
        }

        results.ShouldBe([true, false], ignoreOrder: true);
    }

    [Fact]
    public async Task What_was_asked_in_silence_is_answered_when_it_is_over()
    {
        await using var connection = await OpenAsync();
        _proxy!.FallSilent();
        var counting = CountAsync(connection);
        (await Task.WhenAny(counting, Task.Delay(Silence, Cancellation))).ShouldNotBe(counting); // paced: silence
        _proxy.SpeakAgain();
        (await counting.WaitAsync(Patience, Cancellation)).ShouldBe(0);
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM kept", connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
