using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>A folder is a concept of the field, a file is short, and a namespace says where its file is.</summary>
public class LayoutTests
{
    private const int MaxLines = 300;
    private const int MaxLineLength = 120;

    private static readonly HashSet<string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        "Helpers", "Helper", "Utils", "Util", "Utilities", "Extensions", "Interfaces", "Services", "Managers", "Common",
        "Misc", "Models", "Dtos", "Dto", "Shared", "Core", "Constants", "Enums", "Types", "Classes", "Impl",
    };

    [Fact]
    public void No_folder_and_no_file_is_named_after_a_kind()
    {
        Repository.Folders("").Where(folder => Kinds.Contains(Path.GetFileName(folder))).ShouldBeEmpty();
        Repository.Files(".cs").Where(file => Kinds.Contains(Path.GetFileNameWithoutExtension(file))).ShouldBeEmpty();
    }

    [Fact]
    public void The_top_level_is_the_house()
    {
        string[] house = ["Api", "GrainInterfaces", "Grains", "Silo", "docs", "tests"];
        Repository.Folders("").Where(folder => !folder.Contains('/', StringComparison.Ordinal)).Except(house)
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_source_file_has_at_most_300_lines() =>
        Sources().Select(file => (file, Lines: LinesOf(file).Length)).Where(file => file.Lines > MaxLines)
            .ShouldBeEmpty();

    [Fact]
    public void A_script_of_the_pages_has_at_most_300_lines() =>
        Repository.Files(".js").Where(file => file.StartsWith("Api/Pages/", StringComparison.Ordinal))
            .Where(file => LinesOf(file).Length > MaxLines).ShouldBeEmpty();

    [Fact]
    public void A_line_has_at_most_120_characters() =>
        Sources().SelectMany(file => LinesOf(file).Where(line => line.Length > MaxLineLength)
                .Select(line => $"{file}: {line}"))
            .ShouldBeEmpty();

    [Fact]
    public void A_namespace_is_its_project_and_folder() =>
        Sources().Select(file => (file, Is: Source.NamespaceOf(Repository.Read(file)), Should: ExpectedNamespace(file)))
            .Where(file => file.Is != file.Should && !IsTopLevelProgram(file.file, file.Is)).ShouldBeEmpty();

    [Theory]
    [InlineData("Api/Sales/Orders/OrdersApi.cs", "OrleansSale.Api.Sales.Orders")]
    [InlineData("Silo/Storage/Sqlite/SqliteLedger.cs", "OrleansSale.Silo.Storage.Sqlite")]
    [InlineData("tests/Rules/Batches/LiveBatch.cs", "OrleansSale.Tests.Rules.Batches")]
    [InlineData("tests/House/LayoutTests.cs", "OrleansSale.Tests.House")]
    public void The_namespace_of_a_file_follows_from_its_path(string file, string expected) =>
        ExpectedNamespace(file).ShouldBe(expected);

    // A program of top-level statements has no namespace; types of its own would need one.
    private static bool IsTopLevelProgram(string file, string? @namespace) =>
        @namespace is null && Path.GetFileName(file) == "Program.cs"
        && Source.TypesIn(Repository.Read(file)).Count == 0;

    private static IEnumerable<string> Sources() => Repository.Files(".cs");

    private static string[] LinesOf(string file) => Repository.Read(file).TrimEnd('\n').Split('\n');

    private static string ExpectedNamespace(string file)
    {
        var folders = file.Split('/')[..^1];
        return string.Join('.', folders is ["tests", .. var rest]
            ? ["OrleansSale", "Tests", .. rest] : ["OrleansSale", .. folders]);
    }
}
