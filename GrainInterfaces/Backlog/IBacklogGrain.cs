namespace OrleansSale.GrainInterfaces.Backlog;

/// <summary>
/// The backlog of a product: the places that waited when its batches ended. Key: the product id. It keeps ranges, one
/// for a batch, and no copies: the places themselves stay in the ledgers of their batches.
/// </summary>
[Alias("OrleansSale.IBacklogGrain")]
public interface IBacklogGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes over the waiting places of a batch whose sale has ended. A repeat with the same end changes nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="places">How many wait: 1 or more.</param>
    /// <param name="endedAt">When its sale ended: ranges are served in this order.</param>
    [Alias("AddAsync")]
    Task AddAsync(string batch, int places, DateTimeOffset endedAt);

    /// <summary>
    /// Assigns all ranges that wait to a batch, and to no other. It is durable before the answer. A batch that has got
    /// ranges gets the same again, whatever came since.
    /// </summary>
    /// <param name="batch">The batch that carries them.</param>
    /// <returns>The batches whose places it carries, in the order in which they are served.</returns>
    [Alias("AssignAsync")]
    Task<string[]> AssignAsync(string batch);

    /// <summary>Notes that a batch has carried all that was assigned to it. A repeat changes nothing.</summary>
    [Alias("FinishAsync")]
    Task FinishAsync(string batch);

    /// <summary>
    /// Drops the range of a batch: its places are never carried. Not-found: there is none. Conflict: it was assigned.
    /// </summary>
    [Alias("DropAsync")]
    Task<Answer<Effect>> DropAsync(string batch);

    /// <summary>The range of a batch; null: nobody waited at its end, or it is not handed over yet.</summary>
    [Alias("FindAsync")]
    Task<BacklogRange?> FindAsync(string batch);

    /// <summary>All ranges, one a batch, in the order in which they are served.</summary>
    [Alias("ListAsync")]
    Task<BacklogRange[]> ListAsync();

    /// <summary>The ranges that wait for a batch that carries them, in the order in which they are served.</summary>
    [Alias("ListWaitingAsync")]
    Task<BacklogRange[]> ListWaitingAsync();
}

/// <summary>The places that waited when the sale of a batch ended.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Places">How many waited then. Some may have left since.</param>
/// <param name="EndedAt">When its sale ended.</param>
/// <param name="State">Where the range stands.</param>
/// <param name="AssignedTo">The batch that carries them, or has carried them; null: none yet.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BacklogRange")]
public sealed record BacklogRange(
    [property: Id(0)] string Batch, [property: Id(1)] int Places, [property: Id(2)] DateTimeOffset EndedAt,
    [property: Id(3)] BacklogState State = BacklogState.Waiting, [property: Id(4)] string? AssignedTo = null)
{
    /// <summary>Whether its places are still to be carried, so that their users must stay known.</summary>
    public bool IsInUse => State is BacklogState.Waiting or BacklogState.Assigned;
}

/// <summary>Where a range of a backlog stands. The names on the wire are kebab-case.</summary>
public enum BacklogState
{
    /// <summary>It waits for a batch that carries it.</summary>
    Waiting,

    /// <summary>A batch is carrying its places.</summary>
    Assigned,

    /// <summary>Its places were carried.</summary>
    Carried,

    /// <summary>An operator has dropped it.</summary>
    Dropped,
}

/// <summary>Places of a batch that wait in the backlog, in their order.</summary>
/// <param name="Places">The places; none: that was all.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BacklogPage")]
public sealed record BacklogPage([property: Id(0)] BacklogPlace[] Places);

/// <summary>A place that waits in the backlog.</summary>
/// <param name="Place">Its number in its batch.</param>
/// <param name="Buyer">The buyer's alias in its batch.</param>
/// <param name="Quantity">Units that the buyer asked for.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BacklogPlace")]
public readonly record struct BacklogPlace(
    [property: Id(0)] long Place, [property: Id(1)] Users.Alias Buyer, [property: Id(2)] int Quantity);
