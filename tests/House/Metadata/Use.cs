namespace OrleansSale.Tests.House.Metadata;

/// <summary>
/// That a type names another one, or a member of it, anywhere: in a signature, a body, a base, an attribute.
/// </summary>
/// <param name="By">
/// Full name of the outermost type that does; closures and state machines count as the type they were written in.
/// </param>
/// <param name="Assembly">Simple name of the assembly of what is named; empty: the same assembly.</param>
/// <param name="Type">Full name of the type that is named.</param>
/// <param name="Member">The member, or empty for the type as such.</param>
internal readonly record struct Use(string By, string Assembly, string Type, string Member)
{
    /// <summary>Whether the named type lies in the namespace or below it.</summary>
    public bool IsIn(string @namespace) => Type.StartsWith(@namespace + ".", StringComparison.Ordinal);

    public override string ToString() =>
        $"{By} uses {Type}{(Member.Length > 0 ? "." + Member : "")}{(Assembly.Length > 0 ? $" of {Assembly}" : "")}";
}
