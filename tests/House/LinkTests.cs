using System.Text.RegularExpressions;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

public partial class LinkTests
{
    [Fact]
    public void Every_relative_link_in_the_readme_and_the_docs_leads_somewhere() =>
        Repository.Files(".md").SelectMany(file => BrokenIn(file, Repository.Read(file))).ShouldBeEmpty();

    [Fact]
    public void A_link_that_leads_nowhere_is_seen()
    {
        const string text = """
            [solution](OrleansSale.sln) ![none](docs/none.png) [web](https://example.org/none)
            [part](#part) [self](../README.md)
            <img src="none.svg"> [titled](global.json "pins") `[code](none)`
            [reference]: gone.md
            """;
        BrokenIn("Root.md", text)
            .ShouldBe(["Root.md: docs/none.png", "Root.md: ../README.md", "Root.md: none.svg", "Root.md: gone.md"],
            ignoreOrder: true);
    }

    private static IEnumerable<string> BrokenIn(string file, string text)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, file))!;
        var prose = Code().Replace(text, "");
        foreach (var target in Link().Matches(prose).Select(match => match.Groups[1].Value.Split('#')[0]))
        {
            if (target.Length == 0 || Uri.TryCreate(target, UriKind.Absolute, out var uri)
                && uri.Scheme != Uri.UriSchemeFile) continue;
            var path = Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(target)));
            // A link out of the repository works on nobody else's machine.
            if (!(path + '/').StartsWith(Repository.Root + '/', StringComparison.Ordinal)
                || (!File.Exists(path) && !Directory.Exists(path)))
            {
                yield return $"{file}: {target}";
            }
        }
    }

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?:\]\(|(?:src|href)=""|^\[[^\]]+\]:\s*)([^)\s""]+)", RegexOptions.Multiline)]
    private static partial Regex Link();
}
