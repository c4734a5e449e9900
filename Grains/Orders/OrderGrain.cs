using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Orders;

/// <summary>The documents of an order.</summary>
[GenerateSerializer, Alias("OrleansSale.OrderDocuments")]
public sealed class OrderDocuments : IDocument
{
    /// <inheritdoc/>
    [Id(5), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>The provider's checkout id; null: none.</summary>
    [Id(0)] public string? Checkout { get; set; }

    /// <summary>The address where the buyer pays.</summary>
    [Id(1)] public string? CheckoutUrl { get; set; }

    /// <summary>The delivery address; null: none was given.</summary>
    [Id(2)] public Delivery? Delivery { get; set; }

    /// <summary>The providers' refund ids. The key is the provider's name, a space and its payment id.</summary>
    [Id(3)] public Dictionary<string, string> Refunds { get; set; } = [];

    /// <summary>
    /// Identifies the order that these documents belong to: the hash of the commit with its held entry, in hexadecimal.
    /// The id alone is not enough, because ids are reused when a ledger was lost or an older one was restored.
    /// </summary>
    [Id(4), JsonPropertyName("Held")] public string? HeldHash { get; set; }

    /// <summary>Whether the buyer was erased. Then nobody owns the order.</summary>
    [Id(6)] public bool IsDisowned { get; set; }

    /// <summary>The tracking reference of the last shipment; null: none.</summary>
    [Id(20)] public string? Tracking { get; set; }

    /// <summary>The key of the tracked shipment: see <see cref="Shipment.Key"/>.</summary>
    [Id(21)] public string? TrackingKey { get; set; }

    /// <summary>The order's payBy when its checkout was made; null: none was.</summary>
    [Id(7)] public DateTimeOffset? CheckoutPayBy { get; set; }

    /// <summary>The provider that made it; null: none was made.</summary>
    [Id(8)] public string? CheckoutProvider { get; set; }
}

/// <summary>
/// The actor that keeps an order's documents and calls the payment providers. It is not reentrant: one call at a time.
/// </summary>
public sealed partial class OrderGrain(
    PaymentProviders providers, ILedger ledger, [PersistentState("order")] IPersistentState<OrderDocuments> stored,
    CheckoutWatch checkouts, ILogger<OrderGrain> log) : Grain, IOrderGrain
{
    /// <summary>The number of hexadecimal digits of the held entry's hash in a checkout's idempotency key.</summary>
    public const int HashDigitsOfKey = 16;

    private string? _heldHash;
    private bool _isDamaged;

    private string Id => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _isDamaged = stored.State.IsDamaged;
        if (_isDamaged) Log.Damaged(log, Id);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Answer<CheckoutView>> OpenCheckoutAsync(Owner owner, string description)
    {
        if (!TryLocate(out var batch, out var seq)) return Refusal.NotFound;
        var found = await batch.GetOrderAsync(seq, owner.Alias);
        if (found.Refused is { } unknown) return unknown;
        var order = found.Value!;
        if (order.Status != OrderStatus.AwaitingPayment) return Refusal.OrderNotPayable;
        var heldHash = await DropForeignDocumentsAsync();
        var plan = (await batch.GetCheckoutPlanAsync(seq)).Value;
        if (order.Checkout is { } open && open == stored.State.Checkout)
        {
            if (!MustRenew(plan)) return new CheckoutView(stored.State.CheckoutUrl!, plan.PayBy);
            if (await RefuseAnotherAsync(open) is { } notYet) return notYet;
        }
        if (plan.Now >= plan.PayBy) return Refusal.OrderNotPayable;

        // The provider comes first (idempotent by the order's key), then the document, then the batch's record. Only
        // then is the address returned. A repeated call resumes after a crash at any of these steps.
        var name = providers.NameOf(UserId.ChannelOf(owner.User));
        ProviderCheckout checkout;
        try
        {
            var digits = heldHash[..HashDigitsOfKey];
            checkout = await Named(name).CreateCheckoutAsync(new CheckoutRequest(
                Id, owner.User, description, order.Amount, plan.PayBy, KeyOf(digits, plan.Number), order.HeldAt,
                digits, plan.Number));
        }
        catch (PaymentProviderException e)
        {
            checkouts.Failed(Id, name, e);
            return new Answer<CheckoutView>(Refusal.Overloaded, "the payment provider did not answer; try again");
        }
        checkouts.Made(name);
        (stored.State.Checkout, stored.State.CheckoutUrl) = (checkout.Checkout, checkout.Url);
        (stored.State.CheckoutPayBy, stored.State.CheckoutProvider) = (plan.PayBy, name);
        stored.State.Delivery ??= await TakeReservedAsync(order);
        await WriteAsync();
        var recorded = await batch.RecordCheckoutAsync(seq, name!, checkout.Checkout);
        return recorded.Refused is { } refusal ? refusal : new CheckoutView(checkout.Url, plan.PayBy);
    }

    /// <inheritdoc />
    public async Task<Answer<Delivery>> SetDeliveryAsync(Alias owner, Delivery delivery)
    {
        if (!TryLocate(out var batch, out var seq)) return Refusal.NotFound;
        var found = await batch.GetOrderAsync(seq, owner);
        if (found.Refused is { } unknown) return unknown;
        if (!found.Value!.IsLive)
            return new Answer<Delivery>(Refusal.Conflict, "the order has ended");
        await DropForeignDocumentsAsync();
        if (stored.State.IsDisowned) return Refusal.NotFound;
        if (stored.State.Delivery == delivery) return delivery;
        stored.State.Delivery = delivery;
        _isDamaged = false;
        await WriteAsync();
        return delivery;
    }

    /// <inheritdoc />
    public async Task<Delivery?> FindDeliveryAsync(OrderView order)
    {
        if (_isDamaged) throw new StorageDamagedException($"the documents of order {Id} cannot be read");
        if (stored.RecordExists) await DropForeignDocumentsAsync();
        if (stored.State.Delivery is not null || stored.State.IsDisowned || !order.IsLive) return stored.State.Delivery;
        return await ReservedOf(order).GetAsync();
    }

    /// <inheritdoc />
    public Task<CheckoutState> CloseCheckoutAsync(string provider, string checkout) =>
        AskAsync(provider, of => of.CloseCheckoutAsync(checkout));

    /// <inheritdoc />
    public Task<CheckoutState> FindCheckoutAsync(string provider, string checkout) =>
        AskAsync(provider, of => of.FindCheckoutAsync(checkout));

    /// <inheritdoc />
    public async Task<RefundTry> RefundAsync(string provider, string payment, Money amount, long paidBack)
    {
        await DropForeignDocumentsAsync();
        if (stored.State.Refunds.GetValueOrDefault(KeyOf(provider, payment)) is { } made) return RefundTry.Made(made);
        ProviderRefund refund;
        try
        {
            refund = await Named(provider).RefundAsync(new RefundRequest(Id, payment, amount, paidBack));
        }
        catch (PaymentProviderException e)
        {
            // The batch owes the refund, so it logs and counts the failure.
            return new RefundTry(
                e.IsUnderWay ? RefundOutcome.UnderWay
                : e.IsRefusal ? RefundOutcome.Refused
                : RefundOutcome.Unanswered, null, e.Code);
        }
        stored.State.Refunds[KeyOf(provider, payment)] = refund.Refund;
        await WriteAsync();
        return refund.Elsewhere ? RefundTry.MadeElsewhere(refund.Refund) : RefundTry.Made(refund.Refund);
    }

    /// <inheritdoc />
    public async Task ForgetRefundAsync(string provider, string payment)
    {
        await DropForeignDocumentsAsync();
        if (stored.State.Refunds.Remove(KeyOf(provider, payment))) await WriteAsync();
    }

    /// <inheritdoc />
    public async Task EraseAsync()
    {
        if (!stored.RecordExists) return;
        // Refund ids are not personal, and late payments need them, so they are kept.
        stored.State = new OrderDocuments
        {
            Refunds = stored.State.Refunds,
            HeldHash = stored.State.HeldHash,
            IsDisowned = stored.State.IsDisowned,
        };
        _isDamaged = false;
        await WriteAsync();
    }

    /// <inheritdoc />
    public async Task DisownAsync()
    {
        await DropForeignDocumentsAsync();
        if (stored.State is { IsDisowned: true, Delivery: null }) return;
        stored.State = new OrderDocuments { Refunds = stored.State.Refunds, HeldHash = _heldHash, IsDisowned = true };
        _isDamaged = false;
        await WriteAsync();
    }

    private async Task<CheckoutState> AskAsync(string provider, Func<IPaymentProvider, Task<CheckoutState>> ask)
    {
        try
        {
            return await ask(Named(provider));
        }
        catch (PaymentProviderException e)
        {
            return CheckoutState.Unknown(e.Code);
        }
    }

    // The same id at two providers is two payments. Neither a name nor an id has a space.
    private static string KeyOf(string provider, string payment) => $"{provider} {payment}";

    private IPaymentProvider Named(string? name) => name is not null && providers.TryFind(name, out var found) ? found
        : throw new PaymentProviderException(
            "The payment provider is not configured.", "provider-not-configured", isRefusal: true);

    // See ReservedDeliveryGrain for why the purchase itself copies nothing.
    private IReservedDeliveryGrain ReservedOf(OrderView order) =>
        GrainFactory.GetGrain<IReservedDeliveryGrain>(IReservationGrain.KeyOf(order.Batch, order.Buyer));

    // At checkout the order copies the details, because the reservation may end. Unreadable ones do not block payment.
    private async Task<Delivery?> TakeReservedAsync(OrderView order)
    {
        try
        {
            return await ReservedOf(order).GetAsync();
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }

    // Drops documents of another order under this id; the next write replaces them. Returns the hash of this order.
    private async Task<string> DropForeignDocumentsAsync()
    {
        if (_heldHash is null)
        {
            try
            {
                var end = OrderId.TryParse(Id, out var batch, out var seq)
                    ? await ledger.ReadCommitEndAsync(Streams.OfBatch(batch), seq) : LedgerHead.Empty;
                // There is no such entry, so no documents belong to it. It may still be written later.
                if (end.Seq > 0) _heldHash = Convert.ToHexStringLower(end.Hash);
            }
            catch (LedgerFormatException e)
            {
                throw new StorageDamagedException(e.Message);
            }
        }
        if (stored.State.HeldHash != _heldHash || _heldHash is null) stored.State = new() { HeldHash = _heldHash };
        return _heldHash ?? Convert.ToHexStringLower(LedgerHead.Empty.Hash);
    }

    // After a failed write the documents in memory differ from the stored ones, and a repeat must not treat them as
    // stored.
    private async Task WriteAsync()
    {
        // Only a new delivery address from the owner replaces documents that cannot be read. The provider returns the
        // rest again by its idempotency keys.
        if (_isDamaged) return;
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The documents of order {Order} cannot be read: the buyer must give the delivery address again")]
        public static partial void Damaged(ILogger log, string order);
    }
}
