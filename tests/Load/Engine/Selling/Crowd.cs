using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>
/// The purchases of a measurement, all made beforehand: each buys one unit with a ticket, and no two are by the same
/// buyer.
/// </summary>
internal static class Crowd
{
    /// <summary>Purchases of a call.</summary>
    public const int CallSize = 256;

    /// <summary>
    /// Full calls with the purchases of all units, batch by batch. Once they are sold the list is to be cleared: those
    /// who sold them may still hold it, and memory is measured.
    /// </summary>
    public static List<(int Batch, PurchaseCall Call)> CallsOf(Shape shape) =>
    [
        .. Enumerable.Range(0, shape.Batches).SelectMany(batch =>
            Enumerable.Range(batch * shape.UnitsEach, shape.UnitsEach).Chunk(CallSize)
                .Select(buyers => (batch, new PurchaseCall([.. buyers.Select(PurchaseOf)])))),
    ];

    // The alias is as evenly spread as those that a key makes.
    private static PurchaseRequest PurchaseOf(int buyer)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, buyer);
        return new PurchaseRequest(new Alias(SHA256.HashData(number)), null, 1, 1, ByTicket: true);
    }
}
