using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Payments;

/// <summary>The actors that ask a provider what became of payments. Each call is an activation's own.</summary>
[StatelessWorker(MaxCalls)]
public sealed class PaymentNewsGrain(PaymentProviders providers) : Grain, IPaymentNewsGrain
{
    /// <summary>Most calls in progress at the same time, per silo and provider.</summary>
    public const int MaxCalls = 16;

    /// <inheritdoc />
    public async Task<Answer<FoundPayment>> FindAsync(string payment)
    {
        try
        {
            return providers.TryFind(this.GetPrimaryKeyString(), out var provider)
                ? new FoundPayment(await provider.FindPaymentAsync(payment))
                : new Answer<FoundPayment>(Refusal.Overloaded, "the payment provider is not configured");
        }
        catch (PaymentProviderException e)
        {
            return new Answer<FoundPayment>(Refusal.Overloaded, $"the payment provider did not answer: {e.Code}");
        }
    }
}
