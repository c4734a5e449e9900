namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>How far a checkout at a provider is.</summary>
public enum CheckoutStage
{
    /// <summary>The provider did not say.</summary>
    Unknown,

    /// <summary>It can be paid.</summary>
    Open,

    /// <summary>It ended unpaid: nobody can pay at it any more.</summary>
    Closed,

    /// <summary>The buyer has paid in a way that takes days, and no money has moved yet.</summary>
    Processing,

    /// <summary>It was paid, and the money is captured.</summary>
    Paid,

    /// <summary>The provider has no way to tell. Asking again is of no use.</summary>
    Untold,
}

/// <summary>What a provider says of a checkout.</summary>
/// <param name="Stage">How far it is.</param>
/// <param name="Payment">If it was paid: the provider's payment id.</param>
/// <param name="Amount">If it was paid: what was captured.</param>
/// <param name="Code">If the provider did not say: why, in few words that are the same every time.</param>
/// <param name="Payer">
/// If it was paid at a provider that verifies payers: the user who paid, <c>weibo:alice</c>. Null: the user whom the
/// checkout names counts as the payer.
/// </param>
/// <param name="Fee">If it was paid: what the provider says that it keeps; null: it does not say.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CheckoutState")]
public sealed record CheckoutState(
    [property: Id(0)] CheckoutStage Stage, [property: Id(1)] string? Payment = null,
    [property: Id(2)] Money? Amount = null, [property: Id(3)] string? Code = null,
    [property: Id(4)] string? Payer = null, [property: Id(5)] Money? Fee = null)
{
    /// <summary>The provider did not say.</summary>
    public static CheckoutState Unknown(string code) => new(CheckoutStage.Unknown, Code: code);
}
