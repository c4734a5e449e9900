using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace OrleansSale.Tests.House.Metadata;

/// <summary>
/// One of our assemblies as compiled, read without loading it: what it references, and which type uses what.
/// </summary>
internal sealed class CompiledAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly TypeNames _names;

    public CompiledAssembly(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
        _names = new TypeNames(_metadata);
    }

    /// <summary>The assembly of this name beside the tests, such as <c>OrleansSale.Grains</c>.</summary>
    public static CompiledAssembly Named(string name) => new(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

    /// <summary>Simple names of the assemblies that it references.</summary>
    public IEnumerable<string> References =>
        _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name));

    /// <summary>Full names of its types, nested ones excepted.</summary>
    public IEnumerable<string> Types =>
        _metadata.TypeDefinitions.Where(handle => !_metadata.GetTypeDefinition(handle).IsNested).Select(_names.Of);

    /// <summary>
    /// Full names of the types whose chain of bases, as far as it lies in this assembly, ends in the given type.
    /// </summary>
    public IEnumerable<string> TypesDerivedFrom(string ancestor) => _metadata.TypeDefinitions.Where(handle =>
    {
        var type = _metadata.GetTypeDefinition(handle);
        while (!type.BaseType.IsNil)
        {
            if (_names.Of(type.BaseType).Any(name => name.Type == ancestor)) return true;
            if (type.BaseType.Kind != HandleKind.TypeDefinition) return false;
            type = _metadata.GetTypeDefinition((TypeDefinitionHandle)type.BaseType);
        }
        return false;
    }).Select(_names.Of);

    /// <summary>Everything that the types which pass use.</summary>
    public IEnumerable<Use> UsesOf(Func<string, bool> passes) =>
        from handle in _metadata.TypeDefinitions
        let user = _names.OutermostOf(handle)
        where passes(user)
        from named in UsesOf(_metadata.GetTypeDefinition(handle))
        select new Use(user, named.Assembly, named.Type, named.Member);

    public void Dispose() => _file.Dispose();

    private HashSet<Named> UsesOf(TypeDefinition type)
    {
        var uses = new HashSet<Named>();
        if (!type.BaseType.IsNil) uses.UnionWith(_names.Of(type.BaseType));
        foreach (var handle in type.GetInterfaceImplementations())
            uses.UnionWith(_names.Of(_metadata.GetInterfaceImplementation(handle).Interface));
        AddAttributes(uses, type.GetCustomAttributes());
        AddConstraints(uses, type.GetGenericParameters());
        foreach (var handle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(handle);
            uses.UnionWith(field.DecodeSignature(_names, null));
            AddAttributes(uses, field.GetCustomAttributes());
        }
        foreach (var handle in type.GetProperties())
            AddAttributes(uses, _metadata.GetPropertyDefinition(handle).GetCustomAttributes());
        foreach (var handle in type.GetMethods()) AddMethod(uses, _metadata.GetMethodDefinition(handle));
        return uses;
    }

    private void AddMethod(HashSet<Named> uses, MethodDefinition method)
    {
        var signature = method.DecodeSignature(_names, null);
        uses.UnionWith(signature.ReturnType);
        foreach (var parameter in signature.ParameterTypes) uses.UnionWith(parameter);
        AddAttributes(uses, method.GetCustomAttributes());
        AddConstraints(uses, method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0) return;
        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            var locals = _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
            foreach (var local in locals) uses.UnionWith(local);
        }
        foreach (var region in body.ExceptionRegions.Where(region => !region.CatchType.IsNil))
            uses.UnionWith(_names.Of(region.CatchType));
        foreach (var token in Instructions.TokensIn(body.GetILBytes()!)) uses.UnionWith(_names.Of(token));
    }

    private void AddAttributes(HashSet<Named> uses, CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes) uses.UnionWith(_names.Of(_metadata.GetCustomAttribute(handle).Constructor));
    }

    private void AddConstraints(HashSet<Named> uses, GenericParameterHandleCollection parameters)
    {
        foreach (var handle in parameters)
        {
            foreach (var constraint in _metadata.GetGenericParameter(handle).GetConstraints())
                uses.UnionWith(_names.Of(_metadata.GetGenericParameterConstraint(constraint).Type));
        }
    }
}

/// <summary>A type, or a member of it, as metadata names it.</summary>
internal readonly record struct Named(string Assembly, string Type, string Member = "");
