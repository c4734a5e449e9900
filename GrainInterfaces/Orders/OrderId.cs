using System.Globalization;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>
/// An order id names its batch and the ledger sequence of its held entry: <c>mi2-1.17</c>. It is no secret.
/// </summary>
public static class OrderId
{
    /// <summary>The id of the order held at this sequence (1 or more).</summary>
    public static string Of(string batch, long seq) => string.Create(CultureInfo.InvariantCulture, $"{batch}.{seq}");

    /// <summary>
    /// Reads an id in its one canonical form; false for anything else (a sign, a leading zero, more than 18 digits).
    /// </summary>
    public static bool TryParse(string? text, out string batch, out long seq)
    {
        (batch, seq) = ("", 0);
        if (text is null) return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1) return false;
        var digits = text.AsSpan(dot + 1);
        if (digits.Length is < 1 or > 18 || digits[0] == '0' || digits.ContainsAnyExceptInRange('0', '9')) return false;
        batch = text[..dot];
        seq = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return Slug.IsOne(batch);
    }
}
