namespace OrleansSale.GrainInterfaces.Payments.Format;

/// <summary>The types of notifications of our own protocol that the engine acts on.</summary>
public static class NotificationType
{
    /// <summary>Money was captured.</summary>
    public const string Captured = "payment.captured";

    /// <summary>A payment was refused.</summary>
    public const string Declined = "payment.declined";

    /// <summary>Money was paid back that the engine did not ask for.</summary>
    public const string Refunded = "payment.refunded";

    /// <summary>The payer disputes a payment, or a dispute ended.</summary>
    public const string Disputed = "payment.disputed";
}
