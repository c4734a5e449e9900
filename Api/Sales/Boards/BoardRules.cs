using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>The id of a batch or product.</summary>
public sealed class BatchIdAttribute() : GrammarAttribute($"^{Slug.Pattern}$", "1 to 64 of a-z, 0-9 and -")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => Slug.IsOne(text);
}

/// <summary>The channels of a batch.</summary>
public sealed class ChannelsAttribute() : OneOrManyAttribute(1, BatchTerms.MaxChannels, "1 to 32 of a-z, 0-9 and -")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsChannel(text);
}

/// <summary>The id of a channel.</summary>
public sealed class ChannelIdAttribute() : GrammarAttribute("^[a-z0-9-]{1,32}$", "1 to 32 of a-z, 0-9 and -")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsChannel(text);
}

/// <summary>The form of a currency code. Another rule checks whether the currency exists.</summary>
public sealed class CurrencyCodeAttribute() : GrammarAttribute("^[A-Z]{3}$", "three capital letters (ISO 4217)")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);
}

/// <summary>
/// An amount as the price of one unit, in minor units. The type has no such range, because an order's amount may be
/// greater.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PriceAttribute : ValidationAttribute, IFieldRule
{
    private const long Max = 1_000_000_000_000;

    /// <inheritdoc/>
    public FieldProblem WrongType => WholeNumberAttribute.ProblemOf(1, Max);

    /// <inheritdoc/>
    public FieldProblem? Check(object value) => (long)value is >= 1 and <= Max ? null : WrongType;

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is null || Check(Convert.ToInt64(value, CultureInfo.InvariantCulture)) is null;
}

/// <summary>A picture that a page puts into an img: nothing but one from the web, or from this site.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ImageAddressAttribute : StringLengthAttribute, IFieldRule
{
    private const int MaxLength = 2_000;

    /// <summary>At most 2,000 characters.</summary>
    public ImageAddressAttribute() : base(MaxLength) => MinimumLength = 1;

    /// <inheritdoc/>
    public FieldProblem WrongType => WrittenTextRules.NoText;

    /// <inheritdoc/>
    public FieldProblem? Check(object value)
    {
        var text = (string)value;
        if (WrittenTextRules.CheckLine(text, 1, MaxLength) is { } problem) return problem;
        // Browsers read a backslash as a slash, and two slashes as the beginning of a host.
        var isSafe = (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\'))
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps);
        return isSafe ? null : new FieldProblem("must be an https address, or a path of this site");
    }

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || Check(value) is null;
}
