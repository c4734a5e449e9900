using System.Text.Json;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>An order of one unit, as a client was told of it or as it is stored.</summary>
internal readonly record struct OrderTold(string Id, string User, int Unit)
{
    /// <summary>Reads an answer.</summary>
    public static OrderTold Of(ReadOnlyMemory<byte> body)
    {
        using var order = JsonDocument.Parse(body);
        return new OrderTold(
            order.RootElement.GetProperty("id").GetString()!,
            order.RootElement.GetProperty("user").GetString()!,
            order.RootElement.GetProperty("units")[0].GetInt32());
    }

    /// <summary>Reads the answer to a reservation: its ticket takes the place of an id, and it has no unit.</summary>
    public static OrderTold OfReservation(ReadOnlyMemory<byte> body)
    {
        using var reservation = JsonDocument.Parse(body);
        return new OrderTold(
            reservation.RootElement.GetProperty("ticket").GetString()!,
            reservation.RootElement.GetProperty("user").GetString()!, 0);
    }
}
