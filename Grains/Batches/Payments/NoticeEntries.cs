using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>What was told about the money of a captured payment after its capture.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">The amount that it is about.</param>
/// <param name="Code">What happened: see each entry.</param>
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

/// <summary>
/// The provider refuses or delays a refund. The amount is what is owed, the code the provider's reason.
/// </summary>
public sealed record RefundStalled(long Order, PaymentId Payment, Money Amount, string Code)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "refund-stalled"u8;

    internal static BatchEntry Read(ref DataReader from) =>
        new RefundStalled(from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8));
}

/// <summary>
/// Money went back without a request of the engine. The code is one of <see cref="ElsewhereCodes"/>.
/// </summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">What went back now.</param>
/// <param name="Code">What moved it.</param>
/// <param name="By">The operator who says so; null: the provider does.</param>
public sealed record RefundedElsewhere(long Order, PaymentId Payment, Money Amount, string Code, Alias? By = null)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "refunded-elsewhere"u8;

    internal override void Write(DataWriter to)
    {
        base.Write(to);
        to.AliasIfAny("by"u8, By);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new RefundedElsewhere(
            from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8),
            from.AliasIfAny("by"u8));
}

/// <summary>
/// The payer disputes a payment at the provider, or a dispute ended. The amount is the disputed one; the code is of
/// <see cref="DisputeCodes"/>.
/// </summary>
public sealed record Disputed(long Order, PaymentId Payment, Money Amount, string Code)
    : NoticeEntry(Order, Payment, Amount, Code)
{
    internal override ReadOnlySpan<byte> Type => "disputed"u8;

    internal static BatchEntry Read(ref DataReader from) =>
        new Disputed(from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8), from.Text("code"u8));
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class NoticeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("refund-stalled"u8.ToArray(), RefundStalled.Read),
        new("refunded-elsewhere"u8.ToArray(), RefundedElsewhere.Read),
        new("disputed"u8.ToArray(), Disputed.Read),
    ];
}
