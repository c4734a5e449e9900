using Microsoft.Playwright;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>The Chromium that is installed, without anything that speaks to the outside.</summary>
public static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private const string Shell = "chromium-headless-shell";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run",
    ];

    /// <summary>Starts it headless, and without windows where it can be had so: it takes half the time.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => LaunchAsync(playwright, [Shell, .. Names]);

    /// <summary>Starts all of it, with notifications.</summary>
    public static Task<IBrowser> LaunchWholeAsync(IPlaywright playwright) => LaunchAsync(playwright, Names);

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright, IEnumerable<string> names) =>
        playwright.Chromium.LaunchAsync(new() { ExecutablePath = FindPath(names), Args = Arguments, Headless = true });

    private static string FindPath(IEnumerable<string> names)
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } named) return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var places = names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name)));
        return places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            "No Chromium on PATH. Install one (Debian: apt-get install chromium) or name it in CHROMIUM_PATH.");
    }
}
