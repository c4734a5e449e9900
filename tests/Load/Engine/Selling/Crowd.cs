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
    private readonly int _callsEach = (shape.UnitsEach + MeasureOptions.CallSize - 1) / MeasureOptions.CallSize;
    private PurchaseCall[] _calls = Make(shape);

    /// <summary>How many calls there are, batch after batch.</summary>
    public int Calls => shape.Batches * _callsEach;

    /// <summary>How many buyers there are, batch after batch.</summary>
    public int Buyers => shape.Units;

    /// <summary>A call, and the position of its batch.</summary>
    public (int Batch, PurchaseCall Call) CallAt(int index) => (index / _callsEach, _calls[index]);

    /// <summary>The purchase of one buyer, and the position of its batch.</summary>
    public (int Batch, PurchaseRequest Request) PurchaseAt(int index)
    {
        var (batch, place) = (index / shape.UnitsEach, index % shape.UnitsEach);
        return (batch,
            _calls[(batch * _callsEach) + (place / MeasureOptions.CallSize)].Requests[place % MeasureOptions.CallSize]);
    }

    /// <summary>Forgets them: from here on only the engine knows its buyers.</summary>
    public void Clear() => _calls = [];

    private static PurchaseCall[] Make(Shape shape)
    {
        var calls = new List<PurchaseCall>();
        for (var batch = 0; batch < shape.Batches; batch++)
        {
            for (var first = 0; first < shape.UnitsEach; first += MeasureOptions.CallSize)
            {
                var requests = new PurchaseRequest[Math.Min(MeasureOptions.CallSize, shape.UnitsEach - first)];
                for (var place = 0; place < requests.Length; place++)
                    requests[place] = new PurchaseRequest(
                        AliasOf((batch * shape.UnitsEach) + first + place), null, 1, 1, ByTicket: true);
                calls.Add(new PurchaseCall(requests));
            }
        }

        return [.. calls];
    }

    // As evenly spread as those that a key makes.
    private static Alias AliasOf(int buyer)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, buyer);
        return new Alias(SHA256.HashData(number));
    }
}
