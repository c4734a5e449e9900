using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>One event of a live stream, encoded once for all viewers.</summary>
/// <param name="data">The board in JSON; empty: nothing yet.</param>
/// <param name="phase">The board's phase.</param>
/// <param name="at">Monotonic timestamp of its making.</param>
public sealed class Frame(byte[] data, Phase phase, long at)
{
    /// <summary>The least time between two frames without a change of phase: at most 4 a second.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Events a second to all viewers together, except changes of phase. Their cost slows the purchases.
    /// </summary>
    public const int MaxEventsPerSecond = 5_000;

    /// <summary>The time between two frames without a change of phase, for this many viewers.</summary>
    public static TimeSpan IntervalFor(int viewers) =>
        TimeSpan.FromSeconds(Math.Max(MinInterval.TotalSeconds, (double)viewers / MaxEventsPerSecond));

    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The board in JSON.</summary>
    public byte[] Data => data;

    /// <summary>The board's phase.</summary>
    public Phase Phase => phase;

    /// <summary>Monotonic timestamp of its making.</summary>
    public long At => at;

    /// <summary>The counts it shows.</summary>
    public BatchSnapshot? Snapshot { get; init; }

    /// <summary>The announcements that are shown beside it.</summary>
    public ShownAnnouncements Announcements { get; init; } = ShownAnnouncements.None;

    /// <summary>Completes when there is a newer one.</summary>
    public Task Superseded => _superseded.Task;

    internal bool IsOf(BatchSnapshot snapshot) =>
        Snapshot is { } shown && shown.Seq == snapshot.Seq && shown.Reserved == snapshot.Reserved;

    internal void Supersede() => _superseded.TrySetResult();
}
