using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The captured payments of a batch, and the refunds that are owed. Each payment ends once: kept or refunded (I6).
/// </summary>
public sealed partial class PaymentBook
{
    private readonly OrderBook _orders;
    private readonly StockBook _stock;
    private readonly LineBook _line;
    private readonly DirectingBook _directing;
    private readonly Dictionary<PaymentId, Payment> _payments = [];
    private readonly Dictionary<PaymentId, Payment> _owed = [];
    private readonly List<Payment> _captured = [];
    private readonly HashSet<(string Provider, string Refund)> _refunds = [];

    internal PaymentBook(OrderBook orders, StockBook stock, LineBook line, DirectingBook directing) =>
        (_orders, _stock, _line, _directing) = (orders, stock, line, directing);

    /// <summary>All captured payments.</summary>
    public IReadOnlyDictionary<PaymentId, Payment> All => _payments;

    /// <summary>The same, in the order of their captures.</summary>
    public IReadOnlyList<Payment> Captured => _captured;

    /// <summary>Payments that are owed back and not refunded yet.</summary>
    public IReadOnlyCollection<Payment> Owed => _owed.Values;

    /// <summary>The sums by provider and currency.</summary>
    public Balances Balances { get; } = new();

    /// <summary>Sequence of the last entry that says that a refund is owed or was made; 0: none.</summary>
    public long LastRefundEntry { get; private set; }

    /// <summary>Whether the provider has made a refund with this id.</summary>
    public bool IsRefund(string provider, string refund) => _refunds.Contains((provider, refund));

    internal void Apply(long seq, long at, PaymentEntry entry)
    {
        var order = _orders.At(seq, entry.Order);
        switch (entry)
        {
            case CheckoutOpened e: Apply(seq, order, e); break;
            case Sold e: Apply(seq, at, order, e); break;
            case RefundOwed e: Apply(seq, at, order, e); break;
            case RefundMade e: Apply(seq, at, order, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    private static void Apply(long seq, Order order, CheckoutOpened e)
    {
        ThrowUnless(
            order.Hold == HoldState.Live && (order.CheckoutProvider, order.Checkout) != (e.Provider, e.Checkout), seq,
            "a checkout for an order that takes none");
        ThrowUnless(e.Number == order.Checkouts + 1, seq, "checkouts out of order");
        // Few providers have many checkouts, so their names are interned.
        (order.Checkouts, order.Checkout, order.CheckoutProvider) =
            (e.Number, e.Checkout, string.Intern(e.Provider));
    }

    private void Apply(long seq, long at, Order order, Sold e)
    {
        if (e.Units is { } units)
        {
            ThrowUnless(order.Hold == HoldState.Expired, seq, "a late payment for an order that has not expired");
            ThrowUnless(_directing.IsOpen && !_directing.IsOver && !_directing.IsPaused, seq,
                "a late payment while nobody can buy");
            ThrowUnless(units.Length == order.Quantity, seq, "another quantity than the order's");
            ThrowUnless(_line.FirstWaiting == 0 && !_line.IsCarrying, seq, "a late payment that overtakes the line");
            _stock.RequireFree(seq, units);
        }
        else
        {
            ThrowUnless(order.Hold == HoldState.Live, seq, "a sale without a hold");
            ThrowUnless(_orders.Returns.ReturnedTo(order) is null, seq, "a sale of units that another order has");
        }
        RequireFee(seq, e.Amount, e.Fee);
        var payment = new Payment(e.Payment, e.Order, e.Amount, e.Fee, at);
        ThrowUnless(_payments.TryAdd(e.Payment, payment), seq, "a payment that is recorded already");
        _captured.Add(payment);
        if (e.Units is not null) order.HoldAgain(e.Units);
        order.Pay(e.Payment, at);
        if (e.Units is null) _line.Take(order.Buyer, order.Seq);
        else _stock.Hold(e.Units);
        _stock.Sell(order.Quantity);
        _orders.Returns.Complete();
        var sums = Balances.Of(payment);
        sums.Capture(payment);
        sums.Sold += e.Amount.Amount;
    }

    private void Apply(long seq, long at, Order order, RefundOwed e)
    {
        var known = _payments.GetValueOrDefault(e.Payment);
        RequireReturned(seq, order, e, known);
        ThrowUnless(
            e.By is null == e.Why is not RefundReason.Shipped && e.By is null == e.Reason is null
                && e.By is null == e.Key is null,
            seq, "a refund of a shipped order without an operator, a reason and a key, or the other way round");
        var isShipped = e.Why == RefundReason.Shipped;
        ThrowUnless(
            !isShipped || (order is { Hold: HoldState.Sold, Shipment: not null } && order.Payment == e.Payment), seq,
            "a refund of an order that is not paid and shipped, or of another payment");
        // A kept payment becomes owed only when its order has ended. Any other payment is owed from its first record.
        ThrowUnless(
            known is null
                || (known.State == PaymentState.Kept && known.Order == e.Order && (isShipped || !order.IsLive)),
            seq, "a payment that is recorded already");
        ThrowUnless(known is null || known.Left == e.Amount, seq, "another amount than is left");
        ThrowUnless(
            isShipped || known is null || known.Elsewhere == 0 || e.Amount.Amount > 0, seq, "a debt of nothing");
        RequireFee(seq, e.Amount, e.Fee);
        ThrowUnless(known is null || e.Fee is null, seq, "a fee of a payment that is recorded already");
        var payment = known ?? new Payment(e.Payment, e.Order, e.Amount, e.Fee, at);
        var sums = Balances.Of(payment);
        if (known is null)
        {
            sums.Capture(payment);
            _payments.Add(e.Payment, payment);
            _captured.Add(payment);
        }
        else
        {
            sums.Sold -= e.Amount.Amount;
        }
        sums.Owed += e.Amount.Amount;
        payment.Owe(e.Why);
        if (payment.IsEmpty)
        {
            payment.EndDebt(refund: null);
        }
        else
        {
            _owed.Add(e.Payment, payment);
            order.Owed++;
            LastRefundEntry = seq;
        }
        if (!isShipped) return;
        // The units are with the buyer, so they stay sold and are not free again.
        (order.Hold, order.Cancelled) =
            (HoldState.Gone, new Cancellation(e.By, e.Reason ?? CancelReason.Unstated));
    }

    private void Apply(long seq, long at, Order order, RefundMade e)
    {
        ThrowUnless(_owed.TryGetValue(e.Payment, out var payment) && payment.Order == e.Order, seq,
            "a refund that is not owed");
        ThrowUnless(payment!.Left == e.Amount, seq, "another amount than is owed");
        _refunds.Add((e.Payment.Provider, e.Refund));
        var sums = Balances.Of(payment);
        sums.Owed -= e.Amount.Amount;
        sums.Refunded += e.Amount.Amount;
        EndDebt(seq, at, order, payment, e.Refund);
    }

    private static void RequireFee(long seq, Money amount, long? fee) =>
        ThrowUnless(fee is null || (fee >= 0 && fee <= amount.Amount), seq, "a fee that cannot be");

    // Nothing of an owed payment is left to pay back.
    private void EndDebt(long seq, long at, Order order, Payment payment, string? refund)
    {
        _owed.Remove(payment.Id);
        payment.EndDebt(refund);
        payment.NotePaidBack(at);
        order.Owed--;
        order.CountReturned(at);
        LastRefundEntry = seq;
    }
}
