using System.Text.RegularExpressions;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>The table of an order's life: every row is a test, and every test is a row.</summary>
public sealed partial class OrderTableTests
{
    private const int Columns = 6;
    private const string Folder = "tests/Rules/OrderTable/";

    [Fact]
    public void Every_row_of_the_table_of_orders_names_its_test_and_every_test_stands_in_a_row()
    {
        var rows = Repository.Read("docs/orders.md").Split('\n')
            .Where(line => line.StartsWith('|') && line.Count(c => c == '|') == Columns + 1)
            .Select(line => line.Split('|')[Columns].Trim())
            .Where(cell => cell is not ("test" or "---")).ToList();
        rows.ShouldAllBe(cell => Named().IsMatch(cell));
        rows.ShouldBeUnique();
        var tests = Repository.Files("Cells.cs").Where(file => file.StartsWith(Folder, StringComparison.Ordinal))
            .SelectMany(file => Test().Matches(Repository.Read(file))).Select(test => $"`{test.Groups[1].Value}`");
        rows.Order(StringComparer.Ordinal).ShouldBe(tests.Order(StringComparer.Ordinal));
        rows.Count.ShouldBeGreaterThan(40);
    }

    [GeneratedRegex("^`[A-Z][a-zA-Z_]+`$")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[(?:Fact|Theory)\](?:\s*\[InlineData\([^\]]*\)\])*\s*public void (\w+)\(")]
    private static partial Regex Test();
}
