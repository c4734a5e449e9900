using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>
/// What a provider keeps of a captured payment. It is for the merchant's accounts and decides nothing. So a fee that
/// cannot be is no fault of the payment: it counts as not reported.
/// </summary>
public static class PaymentFee
{
    /// <summary>A fee that was reported in no known form. XXX is ISO 4217's code for no currency.</summary>
    public static readonly Money Unreadable = new(-1, "XXX");

    /// <summary>
    /// The fee of a capture in minor units of its currency: 0 to the captured amount. Null: none was reported, or one
    /// that cannot be.
    /// </summary>
    public static long? Of(Capture capture) =>
        capture.Fee is { } fee && fee.Currency == capture.Amount.Currency
            && fee.Amount >= 0 && fee.Amount <= capture.Amount.Amount
        ? fee.Amount : null;
}
