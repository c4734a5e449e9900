using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// The key ring of ASP.NET's data protection in the database, so that a session begun at one front is honoured by all.
/// </summary>
/// <param name="source">Connections to the database.</param>
public sealed class SessionKeyRing(NpgsqlDataSource source) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var select = source.CreateCommand("SELECT xml FROM session_key ORDER BY added_at, name");
        using var row = select.ExecuteReader();
        var elements = new List<XElement>();
        while (row.Read()) elements.Add(XElement.Parse(row.GetString(0)));
        return elements;
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        using var insert = source.CreateCommand(
            "INSERT INTO session_key (name, xml) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET xml = excluded.xml");
        // The name is a hint and may be missing. Then the element gets a new name.
        insert.Parameters.Add(new NpgsqlParameter<string>
        {
            TypedValue = string.IsNullOrEmpty(friendlyName) ? Guid.CreateVersion7().ToString() : friendlyName,
        });
        insert.Parameters.Add(
            new NpgsqlParameter<string> { TypedValue = element.ToString(SaveOptions.DisableFormatting) });
        insert.ExecuteNonQuery();
    }
}
