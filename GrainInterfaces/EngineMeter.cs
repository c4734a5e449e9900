namespace OrleansSale.GrainInterfaces;

/// <summary>The one meter of the engine's own figures, for all parts that count.</summary>
public static class EngineMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "OrleansSale";
}
