using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>A text that must match a grammar. The derived type checks it.</summary>
/// <param name="pattern">
/// A regular expression that every such text matches, for clients; the rule may ask for more.
/// </param>
/// <param name="grammar">The grammar in words: what the text must be.</param>
[AttributeUsage(AttributeTargets.Property)]
public abstract class GrammarAttribute(string pattern, string grammar) : RegularExpressionAttribute(pattern), IFieldRule
{
    /// <summary>The fault of a value of another JSON type, and of a text that does not match.</summary>
    public FieldProblem WrongType => new($"must be {grammar}");

    /// <inheritdoc/>
    public FieldProblem? Check(object value) => Fits((string)value) ? null : WrongType;

    /// <inheritdoc/>
    public sealed override bool IsValid(object? value) => value is null || Check(value) is null;

    /// <summary>Whether the text matches the grammar.</summary>
    protected abstract bool Fits(string text);
}

/// <summary>A text that must match a grammar, or a list of different ones.</summary>
/// <param name="minCount">Fewest items in a list.</param>
/// <param name="maxCount">Most items in a list.</param>
/// <param name="grammar">The grammar in words: what each text must be.</param>
[AttributeUsage(AttributeTargets.Property)]
public abstract class OneOrManyAttribute(int minCount, int maxCount, string grammar) : ValidationAttribute, IFieldRule
{
    /// <summary>The fault of a value of another JSON type, and of a text or list that does not match.</summary>
    public FieldProblem WrongType =>
        new($"must be {grammar}, or a list of {minCount} to {maxCount} different ones");

    /// <inheritdoc/>
    public FieldProblem? Check(object value)
    {
        var texts = (string[])value;
        return texts.Length >= minCount && texts.Length <= maxCount && Array.TrueForAll(texts, Fits)
            && texts.Distinct(StringComparer.Ordinal).Count() == texts.Length
            ? null
            : WrongType;
    }

    /// <inheritdoc/>
    public sealed override bool IsValid(object? value) => value is null || Check(value) is null;

    /// <summary>Whether a text matches the grammar.</summary>
    protected abstract bool Fits(string text);
}
