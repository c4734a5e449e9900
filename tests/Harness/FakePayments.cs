using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A payment provider that keeps its promises (idempotent by order and by payment), until a test makes it decline, lie
/// or fall silent. It captures nothing by itself: a buyer's payment is <see cref="Buyer.PayAsync"/>.
/// </summary>
public sealed class FakePayments : IPaymentProvider
{
    private int _calls;
    private volatile bool _isSilent;
    private volatile bool _losesAnswers;
    private volatile bool _lies;
    private volatile string? _declinesWith;

    /// <summary>Refunds of these payments are declined.</summary>
    public Func<string, bool> DeclinesRefundOf { get; set; } = _ => false;

    /// <summary>Whether refunds count as already made by hand.</summary>
    public bool WasPaidBackByHand { get; set; }

    /// <summary>Whether checkouts end by themselves at payBy; if not, the engine has to close them.</summary>
    public bool EndsCheckouts { get; set; } = true;

    /// <summary>Whether it can look up a checkout.</summary>
    public bool TellsCheckouts { get; set; }

    /// <summary>How often each checkout was looked up.</summary>
    public ConcurrentDictionary<string, int> FindCounts { get; } = new();

    /// <summary>What every closing waits for before it is answered.</summary>
    public Task Closing { get; set; } = Task.CompletedTask;

    /// <summary>How often each checkout was closed.</summary>
    public ConcurrentDictionary<string, int> CloseCounts { get; } = new();

    /// <summary>Checkouts that were paid before they were closed, and the payments.</summary>
    public ConcurrentDictionary<string, (string Payment, Money Amount)> PaidAt { get; } = new();

    /// <summary>
    /// Calls made, failed ones included. A look-up that it answers without <see cref="TellsCheckouts"/> does not count.
    /// </summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Checkouts made, by idempotency key.</summary>
    public ConcurrentDictionary<string, CheckoutRequest> CheckoutsByKey { get; } = new();

    /// <summary>Checkouts made, by order.</summary>
    public ConcurrentDictionary<string, CheckoutRequest> Checkouts { get; } = new();

    /// <summary>Refunds made, by payment.</summary>
    public ConcurrentDictionary<string, RefundRequest> Refunds { get; } = new();

    /// <summary>From now on every call fails, and nothing happens.</summary>
    public void FallSilent() => _isSilent = true;

    /// <summary>From now on every call is carried out, and its answer is lost.</summary>
    public void LoseAnswers() => _losesAnswers = true;

    /// <summary>From now on every refund is declined with this code.</summary>
    public void Decline(string code) => _declinesWith = code;

    /// <summary>From now on every refund is answered with the id of the first one, and nothing is paid back.</summary>
    public void Lie() => _lies = true;

    /// <summary>Keeps all promises again.</summary>
    public void Recover() => (_isSilent, _losesAnswers, _lies, _declinesWith) = (false, false, false, null);

    /// <inheritdoc/>
    public Task<ProviderCheckout> CreateCheckoutAsync(
        CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        Answer(() => Require(Checkouts[request.Order] = CheckoutsByKey.GetOrAdd(request.Key, request), request));
        var id = request.Number == 1 ? $"c-{request.Order}" : $"c-{request.Order}-{request.Number}";
        return Task.FromResult(new ProviderCheckout(id, $"https://pay.example/{id}"));
    }

    /// <inheritdoc/>
    public async Task<CheckoutState> CloseCheckoutAsync(
        string checkout, CancellationToken cancellationToken = default)
    {
        Answer(() => CloseCounts.AddOrUpdate(checkout, 1, (_, calls) => calls + 1));
        await Closing;
        return PaidAt.TryGetValue(checkout, out var paid)
            ? new CheckoutState(CheckoutStage.Paid, paid.Payment, paid.Amount)
            : new CheckoutState(CheckoutStage.Closed);
    }

    /// <inheritdoc/>
    public Task<CheckoutState> FindCheckoutAsync(string checkout, CancellationToken cancellationToken = default)
    {
        if (!TellsCheckouts && !_isSilent) return Task.FromResult(new CheckoutState(CheckoutStage.Untold));
        Answer(() => FindCounts.AddOrUpdate(checkout, 1, (_, calls) => calls + 1));
        return Task.FromResult(PaidAt.TryGetValue(checkout, out var paid)
            ? new CheckoutState(CheckoutStage.Paid, paid.Payment, paid.Amount, Payer: Payer)
            : new CheckoutState(CheckoutStage.Open));
    }

    /// <summary>Who paid what is found; null: the provider does not verify payers.</summary>
    public string? Payer { get; set; }

    /// <inheritdoc/>
    public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default)
    {
        if ((_declinesWith ?? (DeclinesRefundOf(request.Payment) ? "409 conflict" : null)) is { } code)
        {
            Interlocked.Increment(ref _calls);
            throw new PaymentProviderException("A test had it declined.", code, isRefusal: true);
        }
        if (_lies && Refunds.Keys.FirstOrDefault() is { } first && first != request.Payment)
        {
            Interlocked.Increment(ref _calls);
            return Task.FromResult(new ProviderRefund($"r-{first}", false));
        }
        Answer(() => Require(Refunds.GetOrAdd(request.Payment, request), request));
        return Task.FromResult(new ProviderRefund($"r-{request.Payment}", WasPaidBackByHand));
    }

    // As at a real provider, a repeated key must come with the same request.
    private static void Require<T>(T first, T request)
    {
        if (!Equals(first, request))
            throw new InvalidOperationException(
                $"The engine asked twice under one key, and not for the same: {first}, {request}");
    }

    private void Answer(Action carryOut)
    {
        Interlocked.Increment(ref _calls);
        if (_isSilent) throw new PaymentProviderException("A test had the provider fall silent.", "timeout");
        carryOut();
        if (_losesAnswers) throw new PaymentProviderException("A test lost the provider's answer.", "timeout");
    }
}
