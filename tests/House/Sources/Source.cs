using System.Text.RegularExpressions;

namespace OrleansSale.Tests.House.Sources;

/// <summary>What can be told of a source file by its text.</summary>
internal static partial class Source
{
    /// <summary>The file-scoped namespace; null: none.</summary>
    public static string? NamespaceOf(string text) =>
        Namespace().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>
    /// Full names of the types declared at the top level (that is, at the beginning of a line), without their arity.
    /// </summary>
    public static IReadOnlyList<string> TypesIn(string text) =>
        [.. Declaration().Matches(text).Select(match => $"{NamespaceOf(text)}.{match.Groups[1].Value}").Distinct()];

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|abstract|sealed|static|partial|readonly|ref|unsafe) )*"
            + @"(?:record struct|record class|class|struct|record|interface|enum) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
