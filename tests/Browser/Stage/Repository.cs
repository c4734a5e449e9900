namespace OrleansSale.Tests.Browser.Stage;

/// <summary>Where things are in the working copy that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The pages, as the engine serves them.</summary>
    public static string Pages => Path.Combine(Root, "Api", "wwwroot");

    /// <summary>A project's built file, of the same configuration as these tests.</summary>
    public static string Built(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansSale.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException("OrleansSale.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
