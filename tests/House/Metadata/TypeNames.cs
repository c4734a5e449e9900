using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace OrleansSale.Tests.House.Metadata;

/// <summary>
/// Turns what metadata points to into names: of every type that a signature is made of, and of the member, if it is
/// one.
/// </summary>
internal sealed class TypeNames(MetadataReader metadata) : ISignatureTypeProvider<ImmutableArray<Named>, object?>
{
    public string Of(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        if (type.IsNested) return Of(type.GetDeclaringType()) + "+" + name;
        return type.Namespace.IsNil ? name : metadata.GetString(type.Namespace) + "." + name;
    }

    public string OutermostOf(TypeDefinitionHandle handle)
    {
        for (var type = metadata.GetTypeDefinition(handle); type.IsNested; type = metadata.GetTypeDefinition(handle))
            handle = type.GetDeclaringType();
        return Of(handle);
    }

    /// <summary>The names behind any handle that a body, a base or an attribute may hold; none for a string.</summary>
    public ImmutableArray<Named> Of(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition: return [new("", Of((TypeDefinitionHandle)handle))];
            case HandleKind.TypeReference: return [OfReference((TypeReferenceHandle)handle)];
            case HandleKind.TypeSpecification:
                return metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
            case HandleKind.MethodSpecification:
                var generic = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                return [.. Of(generic.Method), .. generic.DecodeSignature(this, null).SelectMany(names => names)];
            case HandleKind.MemberReference:
                return OfMember(
                metadata.GetMemberReference((MemberReferenceHandle)handle));
            case HandleKind.MethodDefinition:
                var method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return [new("", Of(method.GetDeclaringType()), metadata.GetString(method.Name))];
            case HandleKind.FieldDefinition:
                var field = metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                return [new("", Of(field.GetDeclaringType()), metadata.GetString(field.Name))];
            default: return [];
        }
    }

    public ImmutableArray<Named> GetTypeFromDefinition(
        MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        Of((EntityHandle)handle);

    public ImmutableArray<Named> GetTypeFromReference(
        MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        Of((EntityHandle)handle);

    public ImmutableArray<Named> GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Of(handle);

    public ImmutableArray<Named> GetGenericInstantiation(
        ImmutableArray<Named> genericType, ImmutableArray<ImmutableArray<Named>> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(argument => argument)];

    public ImmutableArray<Named> GetFunctionPointerType(MethodSignature<ImmutableArray<Named>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(parameter => parameter)];

    public ImmutableArray<Named> GetModifiedType(ImmutableArray<Named> modifier, ImmutableArray<Named> unmodifiedType,
        bool isRequired) =>
        unmodifiedType;

    public ImmutableArray<Named> GetSZArrayType(ImmutableArray<Named> elementType) => elementType;

    public ImmutableArray<Named> GetArrayType(ImmutableArray<Named> elementType, ArrayShape shape) => elementType;

    public ImmutableArray<Named> GetByReferenceType(ImmutableArray<Named> elementType) => elementType;

    public ImmutableArray<Named> GetPointerType(ImmutableArray<Named> elementType) => elementType;

    public ImmutableArray<Named> GetPinnedType(ImmutableArray<Named> elementType) => elementType;

    public ImmutableArray<Named> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

    public ImmutableArray<Named> GetGenericTypeParameter(object? genericContext, int index) => [];

    public ImmutableArray<Named> GetGenericMethodParameter(object? genericContext, int index) => [];

    private ImmutableArray<Named> OfMember(MemberReference member)
    {
        var name = metadata.GetString(member.Name);
        var owner = Of(member.Parent);
        return
        [
            .. owner.Take(1).Select(type => type with { Member = name }), .. owner.Skip(1),
            .. member.GetKind() == MemberReferenceKind.Field
                ? member.DecodeFieldSignature(this, null)
                : Types(member.DecodeMethodSignature(this, null)),
        ];
    }

    private static IEnumerable<Named> Types(MethodSignature<ImmutableArray<Named>> signature) =>
        signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(parameter => parameter));

    private Named OfReference(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        switch (type.ResolutionScope.Kind)
        {
            case HandleKind.TypeReference:
                var outer = OfReference((TypeReferenceHandle)type.ResolutionScope);
                return outer with { Type = outer.Type + "+" + name };
            case HandleKind.AssemblyReference:
                var assembly = metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope);
                return new(metadata.GetString(assembly.Name), metadata.GetString(type.Namespace) + "." + name);
            default:
                return new("", metadata.GetString(type.Namespace) + "." + name);
        }
    }
}
