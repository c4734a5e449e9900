using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Backlog;

/// <summary>
/// The document of a product's backlog, and its rules. It has one record for each batch that ended while buyers waited.
/// A record stays when its places were carried or dropped, so that a late repeat does not bring them back.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.BacklogBook")]
public sealed class BacklogBook : IDocument
{
    /// <inheritdoc/>
    [Id(0), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>The ranges, in the order in which they are served: by the end of their sales.</summary>
    [Id(1)] public List<BacklogRange> Ranges { get; set; } = [];

    /// <summary>The ranges that wait for a batch, in that order. The others only add up.</summary>
    [JsonIgnore]
    public IEnumerable<BacklogRange> Waiting => Ranges.Where(range => range.State == BacklogState.Waiting);

    /// <summary>
    /// Takes over the places of a batch; false: it has them already. Another end belongs to a ledger that was restored
    /// from a backup, so that range begins anew.
    /// </summary>
    public bool Add(string batch, int places, DateTimeOffset endedAt)
    {
        if (Find(batch) is { } there)
        {
            if (there.EndedAt == endedAt) return false;
            Ranges.Remove(there);
        }
        var range = new BacklogRange(batch, places, endedAt);
        Ranges.Insert(Ranges.TakeWhile(other => Compare(other, range) < 0).Count(), range);
        return true;
    }

    /// <summary>Assigns what waits to a batch, unless it has got ranges before; whether anything has changed.</summary>
    public bool Assign(string batch) =>
        AssignedTo(batch).Length == 0
        && Change(range => range.State == BacklogState.Waiting && range.Batch != batch,
            range => range with { State = BacklogState.Assigned, AssignedTo = batch });

    /// <summary>The batches whose ranges were assigned to a batch, in their order.</summary>
    public string[] AssignedTo(string batch) =>
        [.. Ranges.Where(range => range.AssignedTo == batch).Select(range => range.Batch)];

    /// <summary>Notes that a batch has carried its ranges; whether anything has changed.</summary>
    public bool Finish(string batch) => Change(
        range => range.State == BacklogState.Assigned && range.AssignedTo == batch,
        range => range with { State = BacklogState.Carried });

    /// <summary>Drops a range.</summary>
    public Answer<Effect> Drop(string batch)
    {
        if (Find(batch) is not { } range) return Refusal.NotFound;
        if (range.State == BacklogState.Dropped) return Effect.AlreadySo;
        if (range.State != BacklogState.Waiting)
            return new(Refusal.Conflict, $"its places were assigned to batch {range.AssignedTo}");
        Change(other => other == range, other => other with { State = BacklogState.Dropped });
        return Effect.Done;
    }

    /// <summary>The range of a batch; null: there is none.</summary>
    public BacklogRange? Find(string batch) => Ranges.Find(range => range.Batch == batch);

    private bool Change(Func<BacklogRange, bool> concerns, Func<BacklogRange, BacklogRange> change)
    {
        var isChanged = false;
        for (var i = 0; i < Ranges.Count; i++)
        {
            if (!concerns(Ranges[i])) continue;
            Ranges[i] = change(Ranges[i]);
            isChanged = true;
        }
        return isChanged;
    }

    private static int Compare(BacklogRange one, BacklogRange other) =>
        one.EndedAt != other.EndedAt ? one.EndedAt.CompareTo(other.EndedAt)
        : string.CompareOrdinal(one.Batch, other.Batch);
}
