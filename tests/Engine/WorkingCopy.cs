using System.Reflection;

namespace OrleansSale.Tests.Engine;

/// <summary>The working copy that the tests were built from, and where the build has put its programs.</summary>
public static class WorkingCopy
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Known("Repository");

    /// <summary>The front's project: its pages and settings are read from there.</summary>
    public static string Api { get; } = Path.Combine(Root, "Api");

    /// <summary>A project's program, without an ending: <c>.dll</c>, <c>.runtimeconfig.json</c>.</summary>
    /// <param name="project">Its folder, such as <c>Api</c> or <c>tests/Slowed</c>.</param>
    public static string ProgramOf(string project) => Path.Combine(
        Root, project, Known("Built"), $"OrleansSale.{project.Replace("tests/", "Tests.", StringComparison.Ordinal)}");

    private static string Known(string key) => typeof(WorkingCopy).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
