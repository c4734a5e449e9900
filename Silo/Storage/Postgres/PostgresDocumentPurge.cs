using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Does nothing. PostgreSQL's vacuum reuses the space of cleared and replaced documents, and the server's operator
/// decides how long its log is kept. No program can overwrite either.
/// </summary>
internal sealed class PostgresDocumentPurge : IDocumentPurge
{
    /// <inheritdoc/>
    public Task PurgeAsync() => Task.CompletedTask;
}
