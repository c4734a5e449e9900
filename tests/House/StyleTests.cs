using System.Text.RegularExpressions;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>Rules of style that neither the build enforces nor the check of white space.</summary>
public sealed partial class StyleTests
{
    [Fact]
    public void Usings_are_in_order() =>
        Repository.Files(".cs").Where(file => !AreInOrder(Source.UsingsOf(Repository.Read(file)))).ShouldBeEmpty();

    [Fact]
    public void A_private_field_is_named_without_this() =>
        Repository.Files(".cs").Where(file => file != "tests/House/StyleTests.cs")
            .Where(file => Repository.Read(file).Contains("this._", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData(true, "System", "System.Text", "Orleans", "Orleans.Runtime", "static System.Math", "X = System.Int32")]
    [InlineData(true, "System.Net", "Microsoft.Data", "OrleansSale")]
    [InlineData(true, "A = Orleans.Grain", "B = System.Collections.Generic.List<string, int>")]
    [InlineData(false, "Orleans", "System")]
    [InlineData(false, "System.Text", "System.Linq")]
    [InlineData(false, "Orleans.Runtime", "Orleans")]
    [InlineData(false, "static System.Math", "System")]
    [InlineData(false, "X = System.Int32", "static System.Math")]
    public void Usings_of_System_come_first_then_others_then_static_ones_then_aliases(
        bool expected, params string[] usings) => AreInOrder(usings).ShouldBe(expected);

    private static bool AreInOrder(IReadOnlyList<string> usings) => usings.SequenceEqual(usings
        .OrderBy(one => one.Contains('=', StringComparison.Ordinal))
        .ThenBy(one => one.StartsWith("static ", StringComparison.Ordinal))
        .ThenBy(one => !SystemFirst().IsMatch(one))
        .ThenBy(one => one, StringComparer.OrdinalIgnoreCase));

    [GeneratedRegex(@"^(static )?System\b(?! *=)")]
    private static partial Regex SystemFirst();
}
