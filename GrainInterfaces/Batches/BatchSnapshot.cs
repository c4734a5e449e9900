using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// The committed counts of a batch at its head. A board shows them. free + held + sold + withdrawn = stock.
/// </summary>
/// <param name="Seq">Sequence of the last committed entry.</param>
/// <param name="Hash">Its hash, 32 bytes.</param>
/// <param name="Stock">Units offered so far, restocks included.</param>
/// <param name="Free">Units free.</param>
/// <param name="Held">Units in orders awaiting payment.</param>
/// <param name="Sold">Units in paid orders.</param>
/// <param name="Withdrawn">Units taken out of the sale.</param>
/// <param name="Reserved">Reservations; may be up to 2 s old.</param>
/// <param name="Standby">Buyers who wait in the line. While there are any, free units are theirs.</param>
/// <param name="Pause">The pause that an operator has made; null: it is not paused.</param>
/// <param name="Closed">Whether the batch has ended, or an operator has closed it.</param>
/// <param name="Touches">How many touches there are at this head: see <see cref="BoardUpdate.Touches"/>.</param>
/// <param name="Schedule">The schedule in force.</param>
/// <param name="Anonymised">Whether the personal data was removed. Then the batch knows no users any more.</param>
/// <param name="Lead">
/// How far the batch's time is ahead of the clock. It is 0 unless a clock was wrong. Add it to a clock's time before
/// you compare that with the schedule: see <see cref="At"/>.
/// </param>
/// <param name="Closing">The closing by an operator; null: none has closed it.</param>
/// <param name="LineSuspended">
/// Whether nobody can join the line now: an operator says so, or places of the backlog are still joining it.
/// </param>
/// <param name="ForPurchases">
/// Free units that a purchase may take; null: all, unless buyers wait. Of a batch that carries places of the backlog a
/// part of the units is for those.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BatchSnapshot")]
public sealed record BatchSnapshot(
    [property: Id(0)] long Seq,
    [property: Id(1)] byte[] Hash,
    [property: Id(2)] int Stock,
    [property: Id(3)] int Free,
    [property: Id(4)] int Held,
    [property: Id(5)] int Sold,
    [property: Id(6)] int Withdrawn,
    [property: Id(7)] long Reserved,
    [property: Id(8)] int Standby,
    [property: Id(16)] SaleStop? Pause,
    [property: Id(10)] bool Closed,
    [property: Id(11)] int Touches,
    [property: Id(13)] Schedule Schedule,
    [property: Id(14)] bool Anonymised = false,
    [property: Id(12)] TimeSpan Lead = default,
    [property: Id(15)] SaleStop? Closing = null,
    [property: Id(17)] bool LineSuspended = false,
    [property: Id(18)] int? ForPurchases = null)
{
    /// <summary>Units that a purchase may get now.</summary>
    public int ForSale => ForPurchases ?? (Standby > 0 ? 0 : Free);

    /// <summary>Whether buyers who find it sold out may join the line, as far as these counts say.</summary>
    /// <param name="places">The terms' <see cref="BatchTerms.StandbyPlaces"/>.</param>
    public bool MayStandBy(int places) => !Closed && !LineSuspended && Standby < places;

    /// <summary>Whether an operator has paused the batch.</summary>
    public bool Paused => Pause is not null;

    /// <summary>The batch's time when a correct clock shows this.</summary>
    public DateTimeOffset At(DateTimeOffset clock) => clock + Lead;
}

/// <summary>A snapshot, and the touches that the front does not have yet.</summary>
/// <param name="Snapshot">Counts at the head.</param>
/// <param name="Touches">
/// Hashes of aliases (<see cref="Alias.High"/>), one for each entry that concerns one user. To those users only the
/// batch may answer. <see cref="Everybody"/> stands for all who are in the list before it. The list only grows, in the
/// order of the ledger, so a position in it means the same on every activation. This part begins at the requested
/// position and has at most <see cref="MaxTouches"/>. Ask again until the position reaches
/// <see cref="BatchSnapshot.Touches"/>.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BoardUpdate")]
public sealed record BoardUpdate([property: Id(0)] BatchSnapshot Snapshot, [property: Id(1)] ulong[] Touches)
{
    /// <summary>
    /// The touch of an entry that concerns everybody who holds units. An alias with this hash would only be read more
    /// often than needed.
    /// </summary>
    public const ulong Everybody = 0;

    /// <summary>Most touches in one answer.</summary>
    public const int MaxTouches = 65_536;
}
