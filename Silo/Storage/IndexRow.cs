using System.Globalization;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Silo.Storage;

/// <summary>How an order of the index is stored, in any database.</summary>
internal static class IndexRow
{
    /// <summary>The bytes of an alias, by which it is found.</summary>
    public static byte[] BytesOf(Alias alias)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, alias.High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), alias.Low);
        return bytes;
    }

    /// <summary>The text of an order's units.</summary>
    public static string UnitsOf(IndexedOrder order) => string.Join(' ', order.Units);

    /// <summary>An order from its columns.</summary>
    public static IndexedOrder Read(
        long seq, byte[] alias, int hold, long owed, int returned, string units, string? provider, string? payment,
        long kept) => new(
        seq,
        new Alias(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(alias),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(alias.AsSpan(8))),
        [.. units.Split(' ').Select(unit => int.Parse(unit, CultureInfo.InvariantCulture))],
        (OrderStatus)hold, owed, returned,
        payment is null ? null : new PaymentId(provider!, payment), kept);
}
