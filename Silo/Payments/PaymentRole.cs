namespace OrleansSale.Silo.Payments;

/// <summary>The part of a process in payments, and hence the settings that it needs.</summary>
[Flags]
public enum PaymentRole
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It requests checkouts and refunds from the provider: a process with a silo.</summary>
    Asks = 1,

    /// <summary>It receives the provider's notifications: a process with a front.</summary>
    IsNotified = 2,
}
