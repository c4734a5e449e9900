using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>Secrets that all processes on one database share. The process that needs one first makes it.</summary>
public static class SharedSecrets
{
    /// <summary>The value of each name. A missing value is made and stored.</summary>
    /// <param name="source">Connections to the database.</param>
    /// <param name="names">Their names, such as <c>Auth:SigningKey</c>.</param>
    /// <param name="make">
    /// Makes a value. If several processes make one at the same time, the value that is stored first counts for all.
    /// </param>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static IReadOnlyDictionary<string, string> GetOrMake(
        NpgsqlDataSource source, IReadOnlyCollection<string> names, Func<string> make)
    {
        using var connection = source.OpenConnection();
        var kept = Read(connection, names);
        foreach (var name in names.Where(name => !kept.ContainsKey(name)))
        {
            using var insert = new NpgsqlCommand(
                "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", connection);
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = make() });
            insert.ExecuteNonQuery();
        }

        // Another process may have stored its value first. So the values that count are read now.
        return kept.Count == names.Count ? kept : Read(connection, names);
    }

    private static Dictionary<string, string> Read(NpgsqlConnection connection, IEnumerable<string> names)
    {
        using var select = new NpgsqlCommand("SELECT name, value FROM secret WHERE name = ANY ($1)", connection);
        select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. names] });
        using var row = select.ExecuteReader();
        var values = new Dictionary<string, string>();
        while (row.Read()) values.Add(row.GetString(0), row.GetString(1));
        return values;
    }
}
