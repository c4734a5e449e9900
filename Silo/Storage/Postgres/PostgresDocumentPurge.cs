using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Does nothing: PostgreSQL's own vacuum gives the room of cleared and replaced documents to new rows, and its log is
/// kept as long as the server's operator says. No program can overwrite either.
/// </summary>
internal sealed class PostgresDocumentPurge : IDocumentPurge
{
    /// <inheritdoc/>
    public Task PurgeAsync() => Task.CompletedTask;
}
