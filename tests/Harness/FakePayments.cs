using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Cluster;

/// <summary>
/// A payment provider that keeps its promises (idempotent by order and by payment) and fails on demand.
/// </summary>
public sealed class FakePayments : IPaymentProvider
{
    private int _asked;

    /// <summary>While true every call fails and nothing happens.</summary>
    public bool IsDown { get; set; }

    /// <summary>While set every refund is refused with this code.</summary>
    public string? RefusesWith { get; set; }

    /// <summary>Refunds of these payments are refused.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Whether what is asked back was paid back by hand before.</summary>
    public bool WasPaidBackByHand { get; set; }

    /// <summary>While true every call is carried out and its answer lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Calls made, failed ones included.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Checkouts made, by idempotency key.</summary>
    public ConcurrentDictionary<string, CheckoutRequest> Keys { get; } = new();

    /// <summary>Checkouts made, by order.</summary>
    public ConcurrentDictionary<string, CheckoutRequest> Checkouts { get; } = new();

    /// <summary>Refunds made, by payment.</summary>
    public ConcurrentDictionary<string, RefundRequest> Refunds { get; } = new();

    /// <inheritdoc/>
    public Task<ProviderCheckout> CreateCheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        Answer(() => (Checkouts[request.Order] = Keys.GetOrAdd(request.Key, request)).ShouldBe(request));
        return Task.FromResult(new ProviderCheckout($"c-{request.Order}", $"https://pay.example/c-{request.Order}"));
    }

    /// <inheritdoc/>
    public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default)
    {
        if ((RefusesWith ?? (Refuses(request.Payment) ? "409 conflict" : null)) is { } code)
        {
            Interlocked.Increment(ref _asked);
            throw new PaymentProviderException("A test had it refused.", code, isRefusal: true);
        }
        Answer(() => Refunds.GetOrAdd(request.Payment, request).ShouldBe(request));
        return Task.FromResult(new ProviderRefund($"r-{request.Payment}", WasPaidBackByHand));
    }

    private void Answer(Action carryOut)
    {
        Interlocked.Increment(ref _asked);
        if (IsDown) throw new PaymentProviderException("A test took the provider down.", "timeout");
        carryOut();
        if (LosesAnswers) throw new PaymentProviderException("A test lost the provider's answer.", "timeout");
    }
}
