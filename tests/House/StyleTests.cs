using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>What of the agreed style neither the build refuses nor the look at white space.</summary>
public sealed class StyleTests
{
    [Fact]
    public void Usings_are_in_order() =>
        Repository.Files(".cs").Where(file => !AreInOrder(Source.UsingsOf(Repository.Read(file)))).ShouldBeEmpty();

    [Fact]
    public void A_field_is_named_without_this() =>
        Repository.Files(".cs").Where(file => file != "tests/House/StyleTests.cs")
            .Where(file => Repository.Read(file).Contains("this._", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData(true, "System", "System.Text", "Orleans", "Orleans.Runtime", "static System.Math", "X = System.Int32")]
    [InlineData(true, "System.Net", "Microsoft.Data", "OrleansSale")]
    [InlineData(false, "Orleans", "System")]
    [InlineData(false, "System.Text", "System.Linq")]
    [InlineData(false, "Orleans.Runtime", "Orleans")]
    [InlineData(false, "static System.Math", "System")]
    [InlineData(false, "X = System.Int32", "static System.Math")]
    public void Namespaces_come_first_those_of_the_platform_before_others_and_aliases_last(
        bool expected, params string[] usings) => AreInOrder(usings).ShouldBe(expected);

    private static bool AreInOrder(IReadOnlyList<string> usings) => usings.SequenceEqual(usings
        .OrderBy(one => one.Contains('=', StringComparison.Ordinal))
        .ThenBy(one => one.StartsWith("static ", StringComparison.Ordinal))
        .ThenBy(one => one.Split(' ')[^1].Split('.')[0] != "System")
        .ThenBy(one => one, StringComparer.OrdinalIgnoreCase));
}
