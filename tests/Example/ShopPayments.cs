using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Example;

/// <summary>Stands for the merchant's own connection to their payment provider.</summary>
internal sealed class ShopPayments : IPaymentProvider
{
    /// <summary>Whether the provider does not answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>The payments that were paid back.</summary>
    public List<string> Refunded { get; } = [];

    public Task<ProviderCheckout> CreateCheckoutAsync(
        CheckoutRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ProviderCheckout(request.Key, $"https://shop.example/pay/{request.Key}"));

    public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default)
    {
        if (IsDown) throw new PaymentProviderException("The provider does not answer.", "timeout");
        if (!Refunded.Contains(request.Payment)) Refunded.Add(request.Payment);
        return Task.FromResult(new ProviderRefund($"refund-of-{request.Payment}", false));
    }
}
