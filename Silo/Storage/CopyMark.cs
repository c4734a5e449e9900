namespace OrleansSale.Silo.Storage;

/// <summary>The mark that prevents a start on an unfinished copy.</summary>
/// <remarks>
/// The safety argument: the mark is durable before the first row of a copy is written. It is removed only after
/// everything was read again and was equal to the source. Every start checks the mark before it serves the first
/// request. So no process can sell from a part of a ledger.
/// </remarks>
/// <param name="Source">The source's name.</param>
/// <param name="IsFinished">Whether the copy was finished.</param>
internal sealed record CopyMark(string Source, bool IsFinished)
{
    /// <summary>The query that reads it from any storage: the two members in their order.</summary>
    public const string Select = "SELECT source, finished_at IS NOT NULL FROM copied_from";

    /// <summary>Refuses an unfinished copy.</summary>
    /// <param name="place">The data, as the subject of the message.</param>
    /// <exception cref="StartException">The copy is unfinished.</exception>
    public void RequireFinished(string place)
    {
        if (IsFinished) return;
        throw new StartException(
            $"{place} holds an unfinished copy of {Source}: repeat the copy until it is finished, or start on "
                + "other data.");
    }
}
