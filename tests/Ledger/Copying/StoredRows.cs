using Microsoft.Data.Sqlite;
using OrleansSale.Tests.Ledger.Postgres;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>What tests do to stored data behind everybody's back.</summary>
internal static class StoredRows
{
    /// <summary>Runs a statement and returns its first value as a text, if there is one.</summary>
    public static async Task<string?> AskAsync(string connectionString, string sql) =>
        (await Databases.QueryAsync(connectionString, sql)).FirstOrDefault();

    /// <summary>Runs a statement on a file of a data directory and returns its first value as a text.</summary>
    public static string AskFile(string directory, string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, file)};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }
}
