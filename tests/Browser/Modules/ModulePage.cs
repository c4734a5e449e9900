using System.Text.Json;
using Microsoft.Playwright;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>A blank page in the browser that can import the pages' modules, straight from their files.</summary>
public sealed class ModulePage
{
    private const string Origin = "http://127.0.0.1";

    private const string Blank = """
        <!doctype html>
        <html lang="en" data-texts-en="/text/en.js" data-texts-zh-cn="/text/zh-CN.js"><title>-</title></html>
        """;

    private static readonly string Pages = Path.Combine(WorkingCopy.Api, "Pages");
    private readonly IPage _page;

    private ModulePage(IPage page) => _page = page;

    /// <summary>Opens one. Its requests are answered from the files; none leaves the browser.</summary>
    public static async Task<ModulePage> OpenAsync(IBrowser browser)
    {
        var page = await browser.NewPageAsync();
        await page.RouteAsync("**/*", route =>
        {
            var path = new Uri(route.Request.Url).AbsolutePath;
            return path == "/blank"
                ? route.FulfillAsync(new() { ContentType = "text/html", Body = Blank })
                : route.FulfillAsync(new() { ContentType = "text/javascript", Path = Pages + path });
        });
        await page.GotoAsync(Origin + "/blank");
        return new ModulePage(page);
    }

    /// <summary>
    /// Runs the body of an async function that has a module's exports as <c>m</c>, the argument as <c>x</c>.
    /// </summary>
    public async Task<T> RunAsync<T>(string module, string body, object? argument = null)
    {
        var json = await _page.EvaluateAsync<string>(
            $$"""
            async x => {
              const m = await import('{{module}}');
              const run = async () => { {{body}} };
              return JSON.stringify(await run());
            }
            """,
            argument);
        return JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!;
    }
}
