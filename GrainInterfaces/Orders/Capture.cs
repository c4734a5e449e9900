using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>A payment that the provider says it has captured.</summary>
/// <param name="Order">Sequence of the order.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Payment">
/// The provider's payment id, 1…128 characters: the same one of a provider is recorded once.
/// </param>
/// <param name="Payer">The payer; null: no user whom this batch could know.</param>
/// <param name="Amount">What was captured.</param>
/// <param name="Fee">
/// What the provider says that it keeps of it; null: it does not say. A fee that cannot be is as if it was not said.
/// </param>
/// <param name="Checkout">The checkout that the provider says it was paid at; null: it was not asked or told.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Capture")]
public sealed record Capture(
    [property: Id(0)] long Order, [property: Id(4)] string Provider, [property: Id(1)] string Payment,
    [property: Id(2)] Alias? Payer,
    [property: Id(3)] Money Amount, [property: Id(5)] Money? Fee = null,
    [property: Id(6)] string? Checkout = null);

/// <summary>The result of a captured payment. None is the default; a refused answer has it.</summary>
public enum CaptureResult
{
    /// <summary>The order is paid.</summary>
    Sold = 1,

    /// <summary>The money is owed back.</summary>
    RefundOwed,

    /// <summary>This payment was recorded before; nothing changed.</summary>
    AlreadyRecorded,
}
