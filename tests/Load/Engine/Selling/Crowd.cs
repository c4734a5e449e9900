using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>
/// The buyers of a measurement and their purchases, all made beforehand: each buys one unit with a ticket, and no two
/// are the same.
/// </summary>
internal sealed class Crowd(Shape shape)
{
    /// <summary>Purchases of a call.</summary>
    public const int CallSize = 256;

    private readonly int _callsEach = (shape.UnitsEach + CallSize - 1) / CallSize;

    private PurchaseCall[] _calls =
    [
        .. Enumerable.Range(0, shape.Batches).SelectMany(batch =>
            Enumerable.Range(batch * shape.UnitsEach, shape.UnitsEach).Chunk(CallSize)
                .Select(buyers => new PurchaseCall([.. buyers.Select(PurchaseOf)]))),
    ];

    public int Calls => _calls.Length;
    public int Buyers => shape.Units;

    public (int Batch, PurchaseCall Call) CallAt(int index) => (index / _callsEach, _calls[index]);

    public (int Batch, PurchaseRequest Request) PurchaseAt(int index)
    {
        var (batch, place) = (index / shape.UnitsEach, index % shape.UnitsEach);
        return (batch, _calls[(batch * _callsEach) + (place / CallSize)].Requests[place % CallSize]);
    }

    public void Clear() => _calls = [];

    // The alias is as evenly spread as those that a key makes.
    private static PurchaseRequest PurchaseOf(int buyer)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, buyer);
        return new PurchaseRequest(new Alias(SHA256.HashData(number)), null, 1, 1, ByTicket: true);
    }
}
