using System.Reflection;

namespace OrleansSale.Tests.Load;

/// <summary>Where the build has put what is run from here.</summary>
internal static class Built
{
    /// <summary>The engine's own folder, with its appsettings.json.</summary>
    public static string EngineFolder => Of("EngineFolder");

    /// <summary>The engine's runtime settings: its runtimeconfig.json.</summary>
    public static string EngineRuntimeSettings => Of("EngineRuntimeSettings");

    /// <summary>The program of the comparators.</summary>
    public static string Contenders => Of("ContendersAssembly");

    /// <summary>The engine on a slowed ledger.</summary>
    public static string Slowed => Of("SlowedAssembly");

    private static string Of(string key) => typeof(Built).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
