using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load;

/// <summary>Where the build has put what is run from here.</summary>
internal static class Built
{
    /// <summary>The engine's runtime settings.</summary>
    public static string EngineRuntimeSettings => WorkingCopy.ProgramOf("Api") + ".runtimeconfig.json";

    /// <summary>The program of the comparators.</summary>
    public static string Contenders => WorkingCopy.ProgramOf("tests/Contenders") + ".dll";

    /// <summary>The engine on a slowed ledger.</summary>
    public static string Slowed => WorkingCopy.ProgramOf("tests/Slowed") + ".dll";
}
