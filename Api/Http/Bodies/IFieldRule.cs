namespace OrleansSale.Api.Http.Bodies;

/// <summary>What is wrong with a field of a request's body.</summary>
/// <param name="Detail">In words, for a person.</param>
/// <param name="Fault">The same for programs.</param>
public readonly record struct FieldProblem(string Detail, FieldFault Fault = FieldFault.Malformed);

/// <summary>
/// A rule for a member of a body, set on it as a validation attribute. <see cref="RequestBody"/> asks it about each
/// value; whether the member is there at all is not its affair.
/// </summary>
public interface IFieldRule
{
    /// <summary>What is said of a value that is of another JSON type.</summary>
    FieldProblem WrongType { get; }

    /// <summary>What is wrong with a value of the member's type; null: nothing.</summary>
    FieldProblem? Check(object value);
}
