using System.Globalization;
using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// The order of the list, as a shop shows it: what is on sale, the latest opening first; then what opens next; then
/// what is over, the latest end first. Of two that are equal in this, the one that was created later comes first.
/// </summary>
/// <remarks>
/// Time alone moves batches, so the order belongs to an instant. Each further page is read in the order of the first
/// one's instant: see <see cref="ListPlace"/>.
/// </remarks>
public static class ListOrder
{
    /// <summary>The batches in the order of an instant.</summary>
    /// <param name="created">The batches in the order they were created.</param>
    /// <param name="at">The instant.</param>
    public static BoardFeed[] Of(IReadOnlyList<BoardFeed> created, DateTimeOffset at) =>
        [.. created.Reverse().OrderBy(feed => KeyOf(feed, at))];

    private static (int Part, long Within) KeyOf(BoardFeed feed, DateTimeOffset at)
    {
        var (opens, ends) = (feed.Schedule.SaleOpens, EndOf(feed));
        return ends <= at ? (2, -ends.UtcTicks)
            : opens <= at ? (0, -opens.UtcTicks)
            : (1, opens.UtcTicks);
    }

    // A batch of which this front knows no board ends as planned.
    private static DateTimeOffset EndOf(BoardFeed feed)
    {
        var planned = feed.Schedule.SaleCloses;
        return feed.Current?.Snapshot.Closing?.At is { } closed && closed < planned ? closed : planned;
    }
}

/// <summary>
/// Where a page of the list begins: after a batch, in the order of an instant. As text it is the id of the batch, a
/// dot, and the instant in milliseconds since 1970. The id alone stands for the present order.
/// </summary>
/// <param name="Batch">The batch before the page.</param>
/// <param name="At">The instant; null: now.</param>
public sealed record ListPlace(string Batch, DateTimeOffset? At)
{
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Reads a place; null: the text is none.</summary>
    public static ListPlace? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return new ListPlace(text, null);
        return long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && at <= Latest
            ? new ListPlace(text[..dot], DateTimeOffset.FromUnixTimeMilliseconds(at)) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => At is not { } at ? Batch
        : string.Create(CultureInfo.InvariantCulture, $"{Batch}.{at.ToUnixTimeMilliseconds()}");
}
