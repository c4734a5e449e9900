using System.Net.Sockets;
using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>The connections to the database of a cluster.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private PostgresDatabase(NpgsqlDataSource source) => Source = source;

    /// <summary>Where connections come from.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Prepares the connections; none is made yet.</summary>
    /// <exception cref="DatabaseUnusableException">The connection string is malformed.</exception>
    public static PostgresDatabase Open(string connectionString) =>
        new(new NpgsqlDataSourceBuilder(Parse(connectionString).ConnectionString).Build());

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    internal static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException malformed)
        {
            throw new DatabaseUnusableException($"ConnectionStrings:Sale is not a connection string: {malformed.Message}", malformed);
        }
    }

    internal static string Explain(NpgsqlConnectionStringBuilder settings, NpgsqlException failure) =>
        $"The database {settings.Database} on {settings.Host}:{settings.Port} can't be used: "
        + ((failure as PostgresException)?.MessageText ?? (failure.InnerException as SocketException)?.Message ?? failure.Message);
}

/// <summary>The database can't be used; the message says why in one line.</summary>
public sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
