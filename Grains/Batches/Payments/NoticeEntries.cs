using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// A provider's unrequested notice about money. The format is fixed. A batch refuses these entries until rules exist
/// for them.
/// </summary>
public abstract record NoticeEntry(long Order, PaymentId Payment, Money Amount, string Code) : BatchEntry
{
    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        Payment.Write(to);
        to.Amount("amount"u8, Amount);
        to.Text("code"u8, Code);
    }
}

/// <summary>The provider refuses or delays a refund.</summary>
public sealed record RefundStalled(long Order, PaymentId Payment, Money Amount, string Code)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "refund-stalled"u8;

    internal static BatchEntry Read(ref DataReader from) =>
        new RefundStalled(from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8));
}

/// <summary>Money was refunded at the provider by other means.</summary>
public sealed record RefundedElsewhere(long Order, PaymentId Payment, Money Amount, string Code)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "refunded-elsewhere"u8;

    internal static BatchEntry Read(ref DataReader from) =>
        new RefundedElsewhere(from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8));
}

/// <summary>The payer disputes a payment at the provider.</summary>
public sealed record Disputed(long Order, PaymentId Payment, Money Amount, string Code)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "disputed"u8;

    internal static BatchEntry Read(ref DataReader from) =>
        new Disputed(from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8));
}

/// <summary>The family's table.</summary>
internal static class NoticeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("refund-stalled"u8.ToArray(), RefundStalled.Read),
        new("refunded-elsewhere"u8.ToArray(), RefundedElsewhere.Read),
        new("disputed"u8.ToArray(), Disputed.Read),
    ];
}
