using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>A whole number within a range.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WholeNumberAttribute : RangeAttribute, IFieldRule
{
    /// <param name="min">The least.</param>
    /// <param name="max">The greatest.</param>
    public WholeNumberAttribute(int min, int max) : base(min, max)
    {
    }

    /// <inheritdoc/>
    public FieldProblem WrongType => ProblemOf((int)Minimum, (int)Maximum);

    /// <inheritdoc/>
    public FieldProblem? Check(object value) =>
        (long)value >= (int)Minimum && (long)value <= (int)Maximum ? null : WrongType;

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is null || Check(Convert.ToInt64(value, CultureInfo.InvariantCulture)) is null;

    /// <summary>The answer to anything but a whole number of a range.</summary>
    public static FieldProblem ProblemOf(long min, long max) =>
        new(string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
}
