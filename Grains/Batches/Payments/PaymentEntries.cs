using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>An entry about a payment or a checkout.</summary>
public abstract record PaymentEntry(long Order) : BatchEntry;

/// <summary>A provider opened a checkout for the order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Number">The number of the checkout within the order, from 1.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Checkout">The provider's checkout id.</param>
public sealed record CheckoutOpened(long Order, int Number, string Provider, string Checkout) : PaymentEntry(Order)
{
    internal override ReadOnlySpan<byte> Type => "checkout-opened"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Number("number"u8, Number);
        to.Text("provider"u8, Provider);
        to.Text("checkout"u8, Checkout);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new CheckoutOpened(from.Order(), from.Int("number"u8), from.Text("provider"u8), from.Text("checkout"u8));
}

/// <summary>A payment was captured and the order's units are sold.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">The captured amount.</param>
/// <param name="Units">
/// New units for a late payment, if the order had lost its own; null: the order still has its units.
/// </param>
/// <param name="Fee">What the provider keeps, in minor units of the amount's currency; null: it did not say.</param>
public sealed record Sold(long Order, PaymentId Payment, Money Amount, int[]? Units = null, long? Fee = null)
    : PaymentEntry(Order)
{
    internal override ReadOnlySpan<byte> Type => "sold"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        Payment.Write(to);
        to.Amount("amount"u8, Amount);
        to.NumberIfAny("fee"u8, Fee);
        if (Units is not null) to.Units(Units);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        var (order, payment, amount) = (from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8));
        var fee = from.NumberIfAny("fee"u8);
        return new Sold(order, payment, amount, from.Has("units"u8) ? from.Units() : null, fee);
    }
}

/// <summary>A captured payment that does not pay for the order, or not any more, is owed back.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">The captured amount.</param>
/// <param name="Why">Why.</param>
/// <param name="By">The operator who refunds a shipped order; null: another reason.</param>
/// <param name="Reason">The operator's reason; present exactly if there is an operator.</param>
/// <param name="Key">The hash of the operator's key; present exactly if there is an operator.</param>
/// <param name="Fee">
/// What the provider keeps, in minor units of the amount's currency; null: it did not say, or the payment is recorded
/// already.
/// </param>
public sealed record RefundOwed(
    long Order, PaymentId Payment, Money Amount, RefundReason Why, Alias? By = null, CancelReason? Reason = null,
    KeyHash? Key = null, long? Fee = null) : PaymentEntry(Order), IBuyerCommandEntry
{
    private static readonly string[] Reasons =
        ["expired", "cancelled", "duplicate", "wrong-amount", "wrong-payer", "returned", "shipped"];

    /// <inheritdoc />
    public BuyerCommand? Command => (By, Key) is ({ } by, { } key)
        ? BuyerCommand.OnOrder(BuyerAction.Refund, Order, Reason ?? CancelReason.Unstated, by, key)
        : null;

    internal override ReadOnlySpan<byte> Type => "refund-owed"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        Payment.Write(to);
        to.Amount("amount"u8, Amount);
        to.NumberIfAny("fee"u8, Fee);
        to.Text("why"u8, Reasons[(int)Why]);
        to.AliasIfAny("by"u8, By);
        if (Reason is { } reason) to.Text("reason"u8, ReasonCodes.Of(reason));
        to.KeyIfAny(Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        var (order, payment, amount) = (from.Order(), PaymentId.Read(ref from), from.Amount("amount"u8));
        var fee = from.NumberIfAny("fee"u8);
        var why = (RefundReason)from.OneOf("why"u8, Reasons);
        return from.AliasIfAny("by"u8) is { } by
            ? new RefundOwed(order, payment, amount, why, by, ReasonCodes.Read(ref from, "reason"u8), from.Key(), fee)
            : new RefundOwed(order, payment, amount, why, Fee: fee);
    }
}

/// <summary>The provider refunded the owed payment.</summary>
public sealed record RefundMade(long Order, PaymentId Payment, string Refund, Money Amount) : PaymentEntry(Order)
{
    internal override ReadOnlySpan<byte> Type => "refunded"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        Payment.Write(to);
        to.Text("refund"u8, Refund);
        to.Amount("amount"u8, Amount);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new RefundMade(from.Order(), PaymentId.Read(ref from), from.Text("refund"u8), from.Amount("amount"u8));
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class PaymentEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("checkout-opened"u8.ToArray(), CheckoutOpened.Read), new("sold"u8.ToArray(), Sold.Read),
        new("refund-owed"u8.ToArray(), RefundOwed.Read), new("refunded"u8.ToArray(), RefundMade.Read),
    ];
}
