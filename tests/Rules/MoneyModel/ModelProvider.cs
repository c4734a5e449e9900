using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Rules.MoneyModel;

/// <summary>
/// A provider with its own books. It captures, refunds and disputes, and it reports by messages, which it repeats until
/// they are acknowledged.
/// </summary>
internal sealed class ModelProvider(string name)
{
    private int _count;

    public string Name => name;

    public Dictionary<string, ModelCheckout> Checkouts { get; } = [];

    public Dictionary<string, ModelPayment> Payments { get; } = [];

    public List<ModelRefund> Refunds { get; } = [];

    public Dictionary<string, (string Payment, DisputeState State)> Disputes { get; } = [];

    /// <summary>What was not acknowledged yet.</summary>
    public List<ModelMessage> Outbox { get; } = [];

    /// <summary>What was acknowledged, and may come again all the same.</summary>
    public List<ModelMessage> Acknowledged { get; } = [];

    public ModelCheckout Open(long order, Money amount)
    {
        var id = $"c-{order}";
        if (!Checkouts.TryGetValue(id, out var open)) Checkouts.Add(id, open = new ModelCheckout(id, order, amount));
        return open;
    }

    /// <summary>A buyer pays. A checkout is paid once; a further payment is another one for the same order.</summary>
    public void Pay(ModelCheckout checkout, string payer, Money amount, bool isTold)
    {
        var isFirst = checkout.Payment is null;
        var id = $"{name}-p{++_count}";
        Payments.Add(id, new ModelPayment(id, checkout.Order, amount, payer));
        if (isFirst) checkout.Payment = id;
        // A message that never comes: the checkout tells of its payment.
        if (isTold || !isFirst) Outbox.Add(new ModelMessage(id, null, null));
    }

    /// <summary>The engine asks for a refund. Null: refused.</summary>
    public ModelRefund? Refund(string payment, string key, long amount, RefundStatus status)
    {
        if (Refunds.Find(made => made.Key == key) is { } earlier) return earlier.Amount == amount ? earlier : null;
        if (amount > LeftOf(payment)) return null;
        var refund = new ModelRefund($"{name}-r{++_count}", payment, amount, key) { Status = status };
        Refunds.Add(refund);
        return refund;
    }

    /// <summary>Somebody refunds in the dashboard.</summary>
    public void RefundByHand(string payment, long amount)
    {
        if (amount <= 0 || amount > LeftOf(payment)) return;
        var refund = new ModelRefund($"{name}-e{++_count}", payment, amount, null) { Status = RefundStatus.Succeeded };
        Refunds.Add(refund);
        Outbox.Add(new ModelMessage(payment, new RefundNews(refund.Id, Of(payment, amount)), null));
    }

    /// <summary>A dispute is opened, or the open one ends.</summary>
    public void Dispute(string payment, DisputeState state)
    {
        var open = Disputes.FirstOrDefault(known => known.Value is (var of, DisputeState.Open) && of == payment).Key;
        // What went back cannot be taken again.
        if (LeftOf(payment) < Payments[payment].Amount.Amount && open is null) return;
        if (Refunds.Exists(refund => refund.Payment == payment && refund.Status != RefundStatus.Failed)) return;
        var id = open ?? $"{name}-d{++_count}";
        Disputes[id] = (payment, state);
        Outbox.Add(new ModelMessage(payment, null, new DisputeNews(id, Payments[payment].Amount, state)));
    }

    /// <summary>What can be paid back of a payment: not what went back, is on its way, or is disputed.</summary>
    public long LeftOf(string payment) =>
        Disputes.Values.Any(dispute => dispute.Payment == payment && dispute.State != DisputeState.Won) ? 0
        : Payments[payment].Amount.Amount - Refunds
            .Where(refund => refund.Payment == payment && refund.Status != RefundStatus.Failed)
            .Sum(refund => refund.Amount);

    public long WentBack(string payment) => Refunds
        .Where(refund => refund.Payment == payment && refund.Status == RefundStatus.Succeeded)
        .Sum(refund => refund.Amount)
        + Disputes.Values.Where(dispute => dispute == (payment, DisputeState.Lost))
            .Sum(dispute => Payments[payment].Amount.Amount);

    private Money Of(string payment, long amount) => Payments[payment].Amount with { Amount = amount };
}

internal sealed class ModelCheckout(string id, long order, Money amount)
{
    public string Id => id;

    public long Order => order;

    public Money Amount => amount;

    public string? Payment { get; set; }

    public bool IsClosed { get; set; }
}

internal sealed record ModelPayment(string Id, long Order, Money Amount, string Payer);

internal sealed record ModelRefund(string Id, string Payment, long Amount, string? Key)
{
    public RefundStatus Status { get; set; }
}

internal enum RefundStatus
{
    Succeeded,
    Pending,
    Failed,
}

/// <summary>A message: of a capture, or of money that moved.</summary>
internal sealed record ModelMessage(string Payment, RefundNews? Refund, DisputeNews? Dispute);
