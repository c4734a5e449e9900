namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>What the engine writes on what it makes at Stripe, to know it again.</summary>
internal static class StripeMetadata
{
    /// <summary>The order.</summary>
    public const string Order = "sale_order";

    /// <summary>What tells the order from one that had the same id in a ledger that was lost.</summary>
    public const string Held = "sale_held";

    /// <summary>The number of the checkout within the order.</summary>
    public const string Number = "sale_checkout";

    /// <summary>Whom the checkout was made for.</summary>
    public const string User = "sale_user";
}
