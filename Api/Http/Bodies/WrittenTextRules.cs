using System.ComponentModel.DataAnnotations;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>The rules for texts that people write; lengths are in UTF-16 code units.</summary>
public static class WrittenTextRules
{
    private const string NoSuchCharacters =
        "must have no control characters, none that reorder the text around them, and no halves of characters";

    /// <summary>The answer to a value that is no text.</summary>
    public static readonly FieldProblem NoText = new("must be a text");

    /// <summary>The fault of a text of one line; null: it has none.</summary>
    public static FieldProblem? CheckLine(string text, int minLength, int maxLength) =>
        PlainText.IsLine(text)
            ? CheckLength(text, minLength, maxLength)
            : new FieldProblem("must be one line; it " + NoSuchCharacters, FieldFault.Characters);

    /// <summary>
    /// The fault of a text of one line or several, in which line feeds break the lines; null: it has none.
    /// </summary>
    public static FieldProblem? CheckLines(string text, int minLength, int maxLength) =>
        PlainText.IsLines(text)
            ? CheckLength(text, minLength, maxLength)
            : new FieldProblem(NoSuchCharacters, FieldFault.Characters);

    private static FieldProblem? CheckLength(string text, int minLength, int maxLength)
    {
        var seen = PlainText.CountVisible(text);
        if (seen == 0) return new FieldProblem("must not be blank", FieldFault.Blank);
        if (text.Length > maxLength)
            return new FieldProblem($"must have at most {maxLength} characters", FieldFault.TooLong);
        return seen < minLength
            ? new FieldProblem($"must have at least {minLength} characters", FieldFault.TooShort)
            : null;
    }
}

/// <summary>A text of one line, as people write it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LineAttribute : StringLengthAttribute, IFieldRule
{
    /// <param name="minLength">Fewest characters that can be seen.</param>
    /// <param name="maxLength">Most characters.</param>
    public LineAttribute(int minLength, int maxLength) : base(maxLength) => MinimumLength = minLength;

    /// <inheritdoc/>
    public FieldProblem WrongType => WrittenTextRules.NoText;

    /// <inheritdoc/>
    public FieldProblem? Check(object value) =>
        WrittenTextRules.CheckLine((string)value, MinimumLength, MaximumLength);

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || Check(value) is null;
}

/// <summary>
/// A text of one or more lines with any line breaks. It is kept as <see cref="PlainText.WithLineFeeds"/> returns it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LinesAttribute : StringLengthAttribute, IFieldRule
{
    /// <param name="minLength">Fewest characters that can be seen.</param>
    /// <param name="maxLength">Most characters.</param>
    public LinesAttribute(int minLength, int maxLength) : base(maxLength) => MinimumLength = minLength;

    /// <inheritdoc/>
    public FieldProblem WrongType => WrittenTextRules.NoText;

    /// <inheritdoc/>
    public FieldProblem? Check(object value) =>
        WrittenTextRules.CheckLines(PlainText.WithLineFeeds((string)value), MinimumLength, MaximumLength);

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || Check(value) is null;
}
