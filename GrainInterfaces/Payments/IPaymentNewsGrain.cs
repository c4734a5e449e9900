namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>
/// Asks a provider what became of a payment, and tells the payment's batch. Keyed by the provider's name. It keeps
/// nothing.
/// </summary>
[Alias("OrleansSale.IPaymentNewsGrain")]
public interface IPaymentNewsGrain : IGrainWithStringKey
{
    /// <summary>
    /// Asks for a payment. Null: it is none of the engine's. Overloaded: the provider did not answer.
    /// </summary>
    /// <param name="payment">The provider's payment id.</param>
    [Alias("FindAsync"), ResponseTimeout("00:00:15")]
    Task<Answer<FoundPayment>> FindAsync(string payment);
}

/// <summary>A payment as its provider knows it.</summary>
/// <param name="News">What became of it; null: it is none of the engine's.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.FoundPayment")]
public readonly record struct FoundPayment([property: Id(0)] PaymentNews? News);
