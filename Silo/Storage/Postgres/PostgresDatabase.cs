using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>The database of a cluster: the one place where connections to it are made.</summary>
/// <remarks>
/// On every connection a commit returns only when it is durable, whatever the defaults of the server or the role are.
/// If <c>synchronous_commit</c> is off, it is raised to on. Other settings (local, remote_write, remote_apply) are
/// deliberate and stay. The setting must outlive the return of a connection to the pool, so connections are not reset
/// there. That is safe, because nobody who uses them leaves another setting behind. So a pooler between us and the
/// server must keep a session together (PgBouncer's session mode).
/// </remarks>
public sealed partial class PostgresDatabase : IAsyncDisposable, IDisposable
{
    /// <summary>How long to wait for a connection, in seconds, unless the connection string says otherwise.</summary>
    public const int ConnectTimeoutSeconds = 3;

    /// <summary>How long to wait for an answer, in seconds, unless the connection string says otherwise.</summary>
    public const int CommandTimeoutSeconds = 10;

    /// <summary>Most connections for documents, unless the connection string says otherwise.</summary>
    public const int MaxConnections = 8;

    /// <summary>Most connections for the cluster's membership and reminders.</summary>
    public const int MaxMembershipConnections = 4;

    /// <summary>The oldest supported server.</summary>
    public const int MinServerVersion = 14;

    /// <summary>How often the clock is compared at most.</summary>
    public const int MaxClockSamples = 5;

    // An idle connection to a dead server is detected within about half a minute.
    private const int KeepAliveSeconds = 5;

    // A commit of the ledger is sent, and a row of it read, in one piece instead of eight. Measured: a fifth less time
    // on our side.
    private const int BufferBytes = 64 << 10;

    // One comparison is enough if the trip was this short: the error is at most half of it.
    private static readonly TimeSpan ShortTrip = TimeSpan.FromMilliseconds(2);

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly ILogger _log;

    private PostgresDatabase(NpgsqlConnectionStringBuilder settings, ILogger log)
    {
        (_settings, _log) = (settings, log);
        Source = CreateSource("documents", settings.MaxPoolSize);
        Membership = CreateSource("membership", MaxMembershipConnections);
    }

    /// <summary>
    /// Connections for documents, and for everything else that has no pool of its own. They are closed with this
    /// object.
    /// </summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>
    /// Connections for the cluster's membership and reminders, which heavy use of documents must not delay. They are
    /// closed with this object.
    /// </summary>
    public NpgsqlDataSource Membership { get; }

    /// <summary>Prepares the connections; none is made yet.</summary>
    /// <param name="connectionString">As in <c>ConnectionStrings:Sale</c>.</param>
    /// <param name="logger">Logs warnings about the server; null: nowhere.</param>
    /// <exception cref="DatabaseUnusableException">The connection string is malformed.</exception>
    public static PostgresDatabase Open(string connectionString, ILogger<PostgresDatabase>? logger = null) =>
        new(Parse(connectionString), logger ?? NullLogger<PostgresDatabase>.Instance);

    /// <summary>
    /// Makes a separate pool of connections, for work that must not wait behind others. The caller disposes of it.
    /// </summary>
    /// <param name="use">The purpose; the server's list of sessions shows it.</param>
    /// <param name="maxConnections">Most connections at a time; 0: no pool, so each connection is a new one.</param>
    /// <param name="onOpened">Statements to run on every new connection.</param>
    public NpgsqlDataSource CreateSource(string use, int maxConnections, string? onOpened = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
        {
            ApplicationName = $"{_settings.ApplicationName} {use}",
            Pooling = maxConnections > 0,
            MinPoolSize = 0,
            NoResetOnClose = true,
        };
        if (maxConnections > 0) settings.MaxPoolSize = maxConnections;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        // This is set by a statement on each connection. A connection option would lower a stronger setting.
        var prepare =
            "SELECT set_config('synchronous_commit', 'on', false) "
            + $"WHERE current_setting('synchronous_commit') = 'off';{onOpened}";
        builder.UsePhysicalConnectionInitializer(
            connection => Execute(connection, prepare),
            async connection =>
            {
                await using var command = new NpgsqlCommand(prepare, connection);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return builder.Build();
    }

    /// <summary>Checks whether the database can be used.</summary>
    /// <returns>Null: it can; or one line that says why not.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            return Explain(_settings, failure);
        }
    }

    /// <summary>
    /// The database's clock minus ours, in milliseconds. Of at most <see cref="MaxClockSamples"/> comparisons the one
    /// with the shortest trip counts, corrected by half of that trip.
    /// </summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<double> MeasureClockOffsetAsync(
        TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        await using var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var ask = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var (offset, shortest) = (0.0, TimeSpan.MaxValue);
        for (var sample = 0; sample < MaxClockSamples && shortest > ShortTrip; sample++)
        {
            // The trip is measured by the monotonic clock, because our clock may be set while we wait. That is the very
            // fault that is looked for.
            var (ours, asked) = (time.GetUtcNow(), Stopwatch.GetTimestamp());
            var theirs = (DateTime)(await ask.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            var trip = Stopwatch.GetElapsedTime(asked);
            if (trip >= shortest) continue;
            (offset, shortest) = ((theirs - ours.UtcDateTime - (trip / 2)).TotalMilliseconds, trip);
        }

        return offset;
    }

    /// <summary>
    /// Closes the pooled connections. Those in use are closed when they are returned. New ones are made when they are
    /// needed.
    /// </summary>
    public void CloseIdle()
    {
        Source.Clear();
        Membership.Clear();
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().ConfigureAwait(false);
        await Membership.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        Source.Dispose();
        Membership.Dispose();
    }

    /// <summary>The connection string with our bounds where it sets none.</summary>
    /// <exception cref="DatabaseUnusableException">It is malformed.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(settings.Host)) throw new ArgumentException("it names no host");
            Default(settings, "Timeout", ConnectTimeoutSeconds);
            Default(settings, "Command Timeout", CommandTimeoutSeconds);
            Default(settings, "Maximum Pool Size", MaxConnections);
            Default(settings, "Application Name", "sale");
            Default(settings, "Write Buffer Size", BufferBytes);
            Default(settings, "Read Buffer Size", BufferBytes);
            Default(settings, "Tcp Keepalive", true);
            Default(settings, "Tcp Keepalive Time", KeepAliveSeconds);
            Default(settings, "Tcp Keepalive Interval", KeepAliveSeconds);
            // A command that timed out is cancelled at the server and abandoned at once, whatever the server answers.
            Default(settings, "Cancellation Timeout", -1);
            return settings;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException)
        {
            throw new DatabaseUnusableException(
                $"ConnectionStrings:Sale is not a connection string: {malformed.Message}", malformed);
        }
    }

    /// <summary>Says in one line, without secrets, why a database cannot be used.</summary>
    internal static string Explain(NpgsqlConnectionStringBuilder settings, Exception failure)
    {
        var why = failure switch
        {
            PostgresException refused => refused.MessageText,
            { InnerException: SocketException unreachable } => unreachable.Message,
            { InnerException: AggregateException several } => several.InnerExceptions[0].Message,
            { InnerException: TimeoutException } or TimeoutException => "it does not answer",
            _ => failure.Message,
        };
        return $"The database {settings.Database ?? settings.Username} on {settings.Host}:{settings.Port} "
            + "can't be used: " + why.ReplaceLineEndings(" ");
    }

    /// <summary>Runs statements that return nothing of interest.</summary>
    internal static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static void Default(NpgsqlConnectionStringBuilder settings, string key, object value)
    {
        if (!settings.ShouldSerialize(key)) settings[key] = value;
    }

    private async Task<string?> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < MinServerVersion)
            return $"The server {_settings.Host}:{_settings.Port} is PostgreSQL {connection.PostgreSqlVersion}: "
                + $"{MinServerVersion} or newer is needed.";
        await using var ask = new NpgsqlCommand(
            """
            SELECT current_setting('server_encoding'), current_setting('transaction_read_only'),
              current_setting('fsync'), current_setting('full_page_writes')
            """, connection);
        await using var row = await ask.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (row.GetString(0) is var encoding and not "UTF8")
            return $"The database {connection.Database} is encoded as {encoding}: UTF8 is needed.";
        if (row.GetString(1) == "on")
            return $"The database {connection.Database} on {_settings.Host}:{_settings.Port} can't be written: "
                + "it is a standby, or read-only.";
        if (row.GetString(2) == "off")
            Log.Unsafe(_log, "fsync", "a crash of its machine loses what was acknowledged, or all");
        if (row.GetString(3) == "off")
            Log.Unsafe(_log, "full_page_writes", "a crash of its machine can damage the tables");
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The database server runs with {Setting} off: {Consequence}")]
        public static partial void Unsafe(ILogger log, string setting, string consequence);
    }
}

/// <summary>The database cannot be used. The message says why in one line.</summary>
public sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
