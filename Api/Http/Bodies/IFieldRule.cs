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
