namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>The name of the payment provider that is configured without one.</summary>
public static class SoleProvider
{
    /// <summary>The name.</summary>
    public const string Name = "default";
}
