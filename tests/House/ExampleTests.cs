using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>What README shows of a test is a test that runs.</summary>
public sealed class ExampleTests
{
    private const string Section = "## Test your integration", Fence = "```";

    [Fact]
    public void The_test_in_README_is_the_first_one_of_the_example()
    {
        var readme = Repository.Read("README.md");
        var shown = readme[readme.IndexOf(Section, StringComparison.Ordinal)..].Split(Fence)[1]["csharp".Length..]
            .Trim();
        var example = Repository.Read("tests/Example/ShopTests.cs");
        // Lines are indented more in a class than in README.
        var lines = example.Split('\n')
            .Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line);
        string.Join('\n', lines).ShouldContain(shown);
    }
}
