namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// Where the source is: the front's pages are served from it, and its committed documents are compared.
/// </summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string ApiProject => Path.Combine(Root, "Api");

    private static string Find(string? folder) =>
        folder is null ? throw new InvalidOperationException("The tests do not run inside their repository.")
        : File.Exists(Path.Combine(folder, "OrleansSale.sln")) ? folder
        : Find(Path.GetDirectoryName(folder));
}
