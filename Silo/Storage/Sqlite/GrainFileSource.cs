using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// The connections of Orleans' storage to the grains' file. Removed and replaced data are overwritten with zeros in the
/// same transaction.
/// </summary>
internal sealed class GrainFileSource(string path) : DbDataSource
{
    /// <inheritdoc/>
    public override string ConnectionString { get; } = SqliteFile.PooledConnectionString(path);

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The caller's.")]
    protected override DbConnection CreateDbConnection()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Open)
                SqliteFile.Execute(connection, "PRAGMA secure_delete = ON");
        };
        return connection;
    }
}
