using System.Globalization;

namespace OrleansSale.Api.Http;

/// <summary>The <c>limit</c> of lists; what <c>after</c> means is each list's own.</summary>
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
