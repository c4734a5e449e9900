namespace OrleansSale.GrainInterfaces.Texts;

/// <summary>A text for people in the languages of the pages; at least one of them is there.</summary>
/// <param name="English">In English; null: only in Chinese.</param>
/// <param name="Chinese">In Chinese; null: only in English.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.LanguageText")]
public sealed record LanguageText([property: Id(0)] string? English, [property: Id(1)] string? Chinese);
