namespace OrleansSale.GrainInterfaces.Payments.Format;

/// <summary>The types of notifications of our own protocol that the engine acts on.</summary>
public static class NotificationType
{
    /// <summary>Money was captured.</summary>
    public const string Captured = "payment.captured";

    /// <summary>A payment was refused.</summary>
    public const string Declined = "payment.declined";
}
