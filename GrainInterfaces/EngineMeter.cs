namespace OrleansSale.GrainInterfaces;

/// <summary>What the engine's own figures have in common, whichever part counts them.</summary>
public static class EngineMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "OrleansSale";
}
