namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>The name that ledgers give to the payment provider while there is only one.</summary>
public static class SoleProvider
{
    /// <summary>The name.</summary>
    public const string Name = "default";
}
