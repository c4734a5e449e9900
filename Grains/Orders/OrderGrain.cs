using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Orders;

/// <summary>The documents of an order.</summary>
[GenerateSerializer, Alias("OrleansSale.OrderDocuments")]
public sealed class OrderDocuments
{
    /// <summary>The provider's checkout id; null: none.</summary>
    [Id(0)] public string? Checkout { get; set; }

    /// <summary>Where the buyer pays.</summary>
    [Id(1)] public string? CheckoutUrl { get; set; }

    /// <summary>Where to deliver; null: never said.</summary>
    [Id(2)] public Delivery? Delivery { get; set; }

    /// <summary>The provider's refunds, by payment.</summary>
    [Id(3)] public Dictionary<string, string> Refunds { get; set; } = [];
}

/// <summary>The actor that keeps an order's documents and talks to the payment provider. One thing at a time.</summary>
public sealed class OrderGrain(
    IPaymentProvider provider, [PersistentState("order")] IPersistentState<OrderDocuments> stored, TimeProvider time,
    CheckoutWatch checkouts) : Grain, IOrderGrain
{
    private string Id => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public async Task<Answer<CheckoutView>> OpenCheckoutAsync(string owner, string description)
    {
        if (!TryLocate(out var batch, out var seq)) return Refusal.NotFound;
        var found = await batch.GetOrderAsync(seq, owner);
        if (found.Refused is { } unknown) return unknown;
        var order = found.Value!;
        if (order.Status != OrderStatus.AwaitingPayment) return Refusal.OrderNotPayable;
        if (order.Checkout is { } open && open == stored.State.Checkout) return new CheckoutView(stored.State.CheckoutUrl!, order.PayBy);
        if (time.GetUtcNow() >= order.PayBy) return Refusal.OrderNotPayable;

        // The provider first (idempotent by order), then the document, then the batch's record, and only then the
        // address: whatever is cut off in between is found again by asking again.
        ProviderCheckout checkout;
        try
        {
            checkout = await provider.CreateCheckoutAsync(new CheckoutRequest(Id, order.User, description, order.Amount, order.PayBy));
        }
        catch (PaymentProviderException e)
        {
            checkouts.Failed(Id, e);
            return new Answer<CheckoutView>(Refusal.Overloaded, "the payment provider did not answer; ask again");
        }
        checkouts.Made();
        (stored.State.Checkout, stored.State.CheckoutUrl) = (checkout.Checkout, checkout.Url);
        await WriteAsync();
        var recorded = await batch.RecordCheckoutAsync(seq, checkout.Checkout);
        return recorded.Refused is { } refusal ? refusal : new CheckoutView(checkout.Url, order.PayBy);
    }

    /// <inheritdoc />
    public async Task<Answer<Delivery>> SetDeliveryAsync(string owner, Delivery delivery)
    {
        if (!TryLocate(out var batch, out var seq)) return Refusal.NotFound;
        var found = await batch.GetOrderAsync(seq, owner);
        if (found.Refused is { } unknown) return unknown;
        if (found.Value!.Status is not (OrderStatus.AwaitingPayment or OrderStatus.Paid))
            return new Answer<Delivery>(Refusal.Conflict, "the order has ended");
        if (stored.State.Delivery == delivery) return delivery;
        stored.State.Delivery = delivery;
        await WriteAsync();
        return delivery;
    }

    /// <inheritdoc />
    public Task<Delivery?> GetDeliveryAsync() => Task.FromResult(stored.State.Delivery);

    /// <inheritdoc />
    public async Task<RefundTry> RefundAsync(string payment, Money amount)
    {
        if (stored.State.Refunds.GetValueOrDefault(payment) is { } made) return RefundTry.Made(made);
        ProviderRefund refund;
        try
        {
            refund = await provider.RefundAsync(new RefundRequest(Id, payment, amount));
        }
        catch (PaymentProviderException e)
        {
            // Told and counted by the batch, which owes it.
            return new RefundTry(e.IsRefusal ? RefundOutcome.Refused : RefundOutcome.Unanswered, null, e.Code);
        }
        stored.State.Refunds[payment] = refund.Refund;
        await WriteAsync();
        return refund.Elsewhere ? RefundTry.MadeElsewhere(refund.Refund) : RefundTry.Made(refund.Refund);
    }

    // After a failed write the documents in memory are not the stored ones, and a repeat must not take them for kept.
    private async Task WriteAsync()
    {
        try
        {
            await stored.WriteStateAsync();
        }
        catch (Exception)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private bool TryLocate(out ISaleBatchGrain batch, out long seq)
    {
        var isOrder = OrderId.TryParse(Id, out var id, out seq);
        batch = GrainFactory.GetGrain<ISaleBatchGrain>(isOrder ? id : "-");
        return isOrder;
    }
}
