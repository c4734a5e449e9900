using System.Text.Json;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Storage;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// Stores documents as JSON. If a document cannot be read, its actor gets an empty one that is marked as damaged
/// (<see cref="IDocument"/>).
/// </summary>
internal sealed class DocumentSerializer(IOptions<SystemTextJsonGrainStorageSerializerOptions> json)
    : IGrainStorageSerializer
{
    private readonly SystemTextJsonGrainStorageSerializer _inner = new(json);

    public BinaryData Serialize<T>(T? input) => _inner.Serialize(input);

    public T? Deserialize<T>(BinaryData input)
    {
        try
        {
            if (_inner.Deserialize<T>(input) is { } document) return document;
        }
        catch (Exception e)
            when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            if (!typeof(IDocument).IsAssignableFrom(typeof(T))) throw;
        }
        var damaged = Activator.CreateInstance<T>();
        if (damaged is IDocument marked) marked.IsDamaged = true;
        return damaged;
    }
}
