using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>The captured payments of a batch, and what is owed back. Each ends once: kept, or paid back (I6).</summary>
public sealed class PaymentBook
{
    private readonly OrderBook _orders;
    private readonly StockBook _stock;
    private readonly Dictionary<string, Payment> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payment> _owed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refunds = new(StringComparer.Ordinal);

    internal PaymentBook(OrderBook orders, StockBook stock) => (_orders, _stock) = (orders, stock);

    /// <summary>All captured payments, by the provider's id.</summary>
    public IReadOnlyDictionary<string, Payment> All => _payments;

    /// <summary>Payments owed back and not made yet.</summary>
    public IReadOnlyCollection<Payment> Owed => _owed.Values;

    /// <summary>Whether a payment was paid back by the refund of this id.</summary>
    public bool IsRefund(string refund) => _refunds.Contains(refund);

    internal void Apply(long seq, PaymentEntry entry)
    {
        var order = _orders.At(seq, entry.Order);
        switch (entry)
        {
            case CheckoutOpened e: Apply(seq, order, e); break;
            case Sold e: Apply(seq, order, e); break;
            case RefundOwed e: Apply(seq, order, e); break;
            case RefundMade e: Apply(seq, order, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    private static void Apply(long seq, Order order, CheckoutOpened e)
    {
        ThrowUnless(order.Hold == HoldState.Live && order.Checkout is null, seq, "a checkout for an order that takes none");
        order.Checkout = e.Checkout;
    }

    private void Apply(long seq, Order order, Sold e)
    {
        ThrowUnless(order.Hold == HoldState.Live, seq, "a sale without a hold");
        ThrowUnless(_payments.TryAdd(e.Payment, new(e.Payment, e.Order, e.Amount)), seq, "a payment that is recorded already");
        order.Hold = HoldState.Sold;
        order.Payment = e.Payment;
        _stock.Sell(order.Quantity);
    }

    private void Apply(long seq, Order order, RefundOwed e)
    {
        var known = _payments.GetValueOrDefault(e.Payment);
        // A payment that was kept is owed back only once its order was given up; any other is owed from its first
        // record on.
        ThrowUnless(known is null || (known.State == PaymentState.Kept && known.Order == e.Order && !order.IsLive), seq,
            "a payment that is recorded already");
        ThrowUnless(known is null || known.Amount == e.Amount, seq, "another amount than was captured");
        var payment = known ?? new Payment(e.Payment, e.Order, e.Amount);
        _payments[e.Payment] = payment;
        _owed.Add(e.Payment, payment);
        payment.State = PaymentState.Owed;
        order.Owed++;
    }

    private void Apply(long seq, Order order, RefundMade e)
    {
        ThrowUnless(_owed.TryGetValue(e.Payment, out var payment) && payment.Order == e.Order, seq, "a refund that is not owed");
        ThrowUnless(payment!.Amount == e.Amount, seq, "another amount than is owed");
        _owed.Remove(e.Payment);
        payment.State = PaymentState.PaidBack;
        payment.Refund = e.Refund;
        _refunds.Add(e.Refund);
        order.Owed--;
        order.Returned++;
    }
}
