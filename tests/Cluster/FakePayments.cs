using System.Collections.Concurrent;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Tests.Cluster;

/// <summary>
/// A payment provider that keeps its promises (idempotent by order and by payment) and fails on demand.
/// </summary>
public sealed class FakePayments : IPaymentProvider
{
    private int _asked;

    /// <summary>While true every call fails and nothing happens.</summary>
    public bool IsDown { get; set; }

    /// <summary>While true every call is carried out and its answer lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Calls made, failed ones included.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Checkouts made, by order.</summary>
    public ConcurrentDictionary<string, CheckoutRequest> Checkouts { get; } = new();

    /// <summary>Refunds made, by payment.</summary>
    public ConcurrentDictionary<string, RefundRequest> Refunds { get; } = new();

    /// <inheritdoc/>
    public Task<ProviderCheckout> CreateCheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        Answer(() => Checkouts.GetOrAdd(request.Order, request).ShouldBe(request));
        return Task.FromResult(new ProviderCheckout($"c-{request.Order}", $"https://pay.example/c-{request.Order}"));
    }

    /// <inheritdoc/>
    public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default)
    {
        Answer(() => Refunds.GetOrAdd(request.Payment, request).ShouldBe(request));
        return Task.FromResult(new ProviderRefund($"r-{request.Payment}"));
    }

    private void Answer(Action carryOut)
    {
        Interlocked.Increment(ref _asked);
        if (IsDown) throw new PaymentProviderException("A test took the provider down.");
        carryOut();
        if (LosesAnswers) throw new PaymentProviderException("A test lost the provider's answer.");
    }
}
