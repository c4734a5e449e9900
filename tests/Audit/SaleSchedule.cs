using System.Globalization;
using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>The four instants of a batch.</summary>
/// <param name="ReservationOpens">From here on, reservations.</param>
/// <param name="ReservationCloses">From here on, none.</param>
/// <param name="SaleOpens">From here on, holds.</param>
/// <param name="SaleCloses">From here on, none.</param>
public sealed record SaleSchedule(
    DateTime ReservationOpens, DateTime ReservationCloses, DateTime SaleOpens, DateTime SaleCloses)
{
    private static readonly string[] Names = ["reservationOpens", "reservationCloses", "saleOpens", "saleCloses"];

    /// <summary>The instants in their order, by name.</summary>
    public IEnumerable<(string Name, DateTime At)> Instants =>
        Names.Zip((DateTime[])[ReservationOpens, ReservationCloses, SaleOpens, SaleCloses]);

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">An instant is missing, unknown or out of order.</exception>
    internal static SaleSchedule Read(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object
            || !data.EnumerateObject().Select(member => member.Name).SequenceEqual(Names))
        {
            throw new FormatException("a schedule has not its four instants");
        }

        var at = Names.Select(name => Instant(data.GetProperty(name), name)).ToArray();
        return at[0] < at[1] && at[1] <= at[2] && at[2] < at[3]
            ? new SaleSchedule(at[0], at[1], at[2], at[3])
            : throw new FormatException("the schedule is out of order");
    }

    private static DateTime Instant(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
            value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.UtcDateTime
            : throw new FormatException($"{name} is not an instant");
}
