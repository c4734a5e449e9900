using System.Globalization;

namespace OrleansSale.Api.Http;

/// <summary>
/// The <c>limit</c> of lists, and an <c>after</c> that is a number or an order. Other lists have an <c>after</c> of
/// their own.
/// </summary>
public static class Paging
{
    /// <summary>Items in a page by default.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Most items in a page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>Reads the limit; the problem if it is not a whole number from 1 to <see cref="MaxLimit"/>.</summary>
    public static Problem? Read(string? limit, out int count)
    {
        count = DefaultLimit;
        if (limit is null) return null;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            && count is >= 1 and <= MaxLimit
            ? null
            : Problem.Invalid("limit", $"must be a whole number from 1 to {MaxLimit}");
    }

    /// <summary>Reads an <c>after</c> that is a number; 0 if there is none.</summary>
    /// <param name="after">What was sent.</param>
    /// <param name="number">The number.</param>
    /// <param name="most">The highest number that there can be.</param>
    public static Problem? ReadAfterNumber(string? after, out long number, long most = long.MaxValue)
    {
        number = 0;
        if (after is null) return null;
        return long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most
            ? null
            : Problem.Invalid("after", "must be the next of an earlier page");
    }

    /// <summary>The first items of what is left of a list, and what the next page begins after.</summary>
    /// <param name="left">What is left of the list.</param>
    /// <param name="count">Most items, 1 or more.</param>
    /// <param name="nameOf">The <c>after</c> that stands for an item.</param>
    /// <returns>The page, and its <c>next</c>; null: that was all.</returns>
    public static (T[] Items, string? Next) Take<T>(IEnumerable<T> left, int count, Func<T, string> nameOf)
    {
        T[] items = [.. left.Take(count + 1)];
        return items.Length > count ? (items[..count], nameOf(items[count - 1])) : (items, null);
    }

    /// <summary>The same for items that have numbers.</summary>
    public static (T[] Items, string? Next) Take<T>(IEnumerable<T> left, int count, Func<T, long> numberOf) =>
        Take(left, count, item => numberOf(item).ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads an <c>after</c> that is a sequence or an order id of this batch; 0 if there is none.</summary>
    public static Problem? ReadAfterOrder(string? after, string batch, out long seq)
    {
        seq = 0;
        if (after is null) return null;
        return GrainInterfaces.Orders.OrderId.TryParse(after, out var named, out seq) && named == batch
            ? null
            : Problem.Invalid("after", $"must be an order of {batch}");
    }
}
