using System.Text.Json;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>A fault of a field of a request's body.</summary>
/// <param name="Detail">In words, for a person.</param>
/// <param name="Fault">The same for programs.</param>
public readonly record struct FieldProblem(string Detail, FieldFault Fault = FieldFault.Malformed);

/// <summary>
/// A rule for a member of a body, set on it as a validation attribute. <see cref="RequestBody"/> checks each present
/// value with it. Whether a member may be missing follows from its type.
/// </summary>
public interface IFieldRule
{
    /// <summary>The answer to a value of another JSON type.</summary>
    FieldProblem WrongType { get; }

    /// <summary>The fault of a value of the member's type; null: none.</summary>
    FieldProblem? Check(object value);
}

/// <summary>A rule that looks at the JSON itself, for a member that may be of several types.</summary>
public interface IElementRule : IFieldRule
{
    /// <summary>
    /// The fault of a value and where in it, as the end of a path such as <c>.en</c>; null: it has none.
    /// </summary>
    (string Path, FieldProblem Problem)? FindProblem(JsonElement value);
}
