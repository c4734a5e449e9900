using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Backlog;

namespace OrleansSale.Api.Operators.Backlog;

/// <summary>The places that waited when the sale of a batch ended.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="Places">How many waited then; some may have left since.</param>
/// <param name="EndedAt">When its sale ended. Earlier ones are served first.</param>
/// <param name="State">Where they stand.</param>
/// <param name="AssignedTo">The batch that carries them, or has carried them; left out: none yet.</param>
public sealed record BacklogRangeBody(
    string Batch, int Places, DateTimeOffset EndedAt,
    [property: JsonConverter(typeof(KebabCase<BacklogState>))] BacklogState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AssignedTo)
{
    internal static BacklogRangeBody Of(BacklogRange range) =>
        new(range.Batch, range.Places, range.EndedAt, range.State, range.AssignedTo);
}

/// <summary>The backlog of a product.</summary>
/// <param name="Items">One for each batch that ended while buyers waited, in the order of their turn.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record BacklogRangeList(
    BacklogRangeBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Writes backlogs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(BacklogRangeList))]
public sealed partial class BacklogJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static BacklogJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
