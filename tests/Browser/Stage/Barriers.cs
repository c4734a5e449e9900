using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>What keeps people with a screen reader, a keyboard or weak eyes from using a page.</summary>
public static class Barriers
{
    private const string HasAxe = "() => typeof axe === 'object'";

    private const string Look = """
        async () => {
          const found = await axe.run(document, { resultTypes: ['violations'], iframes: false });
          return found.violations.filter(violation => ['serious', 'critical'].includes(violation.impact))
            .map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(' | ')}`);
        }
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Demands that the page that is shown has no serious one.</summary>
    public static async Task ShouldHaveNoBarrierAsync(this IPage page) =>
        (await page.FindBarriersAsync()).ShouldBeEmpty();

    /// <summary>The serious ones of the page that is shown: the rule that each breaks, and where.</summary>
    public static async Task<IReadOnlyList<string>> FindBarriersAsync(this IPage page)
    {
        if (!await page.EvaluateAsync<bool>(HasAxe)) await page.EvaluateAsync(Axe);
        return await page.EvaluateAsync<string[]>(Look);
    }

    /// <summary>Takes the others of its kind from the page: other tests made many.</summary>
    public static Task LeaveAloneAsync(this ILocator part) =>
        part.EvaluateAsync("part => part.parentElement.replaceChildren(part)");
}
