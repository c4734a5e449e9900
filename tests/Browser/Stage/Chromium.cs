using Microsoft.Playwright;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>The Chromium that is installed, without anything that speaks to the outside.</summary>
public static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run",
    ];

    /// <summary>Starts it headless.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new() { ExecutablePath = FindPath(), Args = Arguments, Headless = true });

    private static string FindPath()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } named) return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var places = folders.SelectMany(folder => Names.Select(name => Path.Combine(folder, name)));
        return places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            "No Chromium on PATH. Install one (Debian: apt-get install chromium) or name it in CHROMIUM_PATH.");
    }
}
