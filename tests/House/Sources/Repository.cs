namespace OrleansSale.Tests.House.Sources;

/// <summary>The files of the repository that people write: what is built, fetched or generated is left out.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "data", "artifacts", "TestResults"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Relative paths of all files with this ending, with forward slashes.</summary>
    public static IReadOnlyList<string> Files(string ending) =>
        [.. Folders("").Prepend("")
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*" + ending))
            .Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>Relative paths of all folders below this one.</summary>
    public static IEnumerable<string> Folders(string below)
    {
        foreach (var path in Directory.EnumerateDirectories(Path.Combine(Root, below)))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.') || NotOurs.Contains(name)) continue;
            yield return Relative(path);
            foreach (var folder in Folders(Relative(path))) yield return folder;
        }
    }

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansSale.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("OrleansSale.sln is in none of the folders above the tests");
    }
}
