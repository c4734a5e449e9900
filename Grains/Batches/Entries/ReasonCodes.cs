using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>The codes of operators' reasons for one order or place.</summary>
internal static class ReasonCodes
{
    private static readonly string[] Codes =
        ["unstated", "buyer-request", "suspected-fraud", "undeliverable", "mistake", "other", "recalled"];

    public static string Of(CancelReason reason) => Codes[(int)reason];

    public static CancelReason Read(ref DataReader from, ReadOnlySpan<byte> name) =>
        (CancelReason)from.OneOf(name, Codes);
}
