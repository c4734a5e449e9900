using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>What keeps people with a screen reader, a keyboard or weak eyes from using a page.</summary>
public static class Barriers
{
    private static readonly AxeRunOptions Violations = new() { ResultTypes = [ResultType.Violations], Iframes = false };

    /// <summary>Demands that the page that is shown has no serious one.</summary>
    public static async Task ShouldHaveNoBarrierAsync(this IPage page) =>
        (await page.RunAxe(Violations)).Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")
            .ShouldBeEmpty();

    /// <summary>Takes the others of its kind from the page: other tests made many.</summary>
    public static Task LeaveAloneAsync(this ILocator part) =>
        part.EvaluateAsync("part => part.parentElement.replaceChildren(part)");
}
