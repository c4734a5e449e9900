namespace OrleansSale.Tests.Browser.Stage;

/// <summary>Where things are in the working copy that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The pages, as the engine serves them.</summary>
    public static string Pages { get; } = Path.Combine(FindRoot(), "Api", "wwwroot");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansSale.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException("OrleansSale.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
