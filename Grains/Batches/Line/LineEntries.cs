using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// An entry about the line. Lobby and draw are ways of joining in the format, but no rule accepts them yet.
/// </summary>
public abstract record LineEntry : BatchEntry;

/// <summary>A buyer got a place in the line.</summary>
/// <param name="Place">The place's number, 1 or more.</param>
/// <param name="Buyer">The buyer whose place it is.</param>
/// <param name="Quantity">The number of units that the buyer wants.</param>
/// <param name="How">How the buyer joined.</param>
/// <param name="Reservation">Version of the reservation that entitles to it.</param>
/// <param name="Key">The client's key; null: none.</param>
/// <param name="Origin">The place in an earlier batch that was carried over; null: none.</param>
public sealed record Joined(
    long Place, Alias Buyer, int Quantity, JoinedHow How, long Reservation, KeyHash? Key, Origin? Origin) : LineEntry
{
    // By JoinedHow.
    private static readonly string[] Ways = ["standby", "lobby", "draw", "carried"];

    internal override ReadOnlySpan<byte> Type => "joined"u8;

    internal override void Write(DataWriter to)
    {
        to.Number("place"u8, Place);
        to.Alias("alias"u8, Buyer);
        to.Number("quantity"u8, Quantity);
        to.Text("how"u8, Ways[(int)How]);
        to.Number("reservation"u8, Reservation);
        to.KeyIfAny(Key);
        if (Origin is not { } origin) return;
        to.Text("originBatch"u8, origin.Batch);
        to.Number("originPlace"u8, origin.Place);
    }

    internal static BatchEntry Read(ref DataReader from) => new Joined(
        from.Number("place"u8), from.Alias("alias"u8), from.Int("quantity"u8), (JoinedHow)from.OneOf("how"u8, Ways),
        from.Number("reservation"u8), from.KeyIfAny(),
        from.TextIfAny("originBatch"u8) is { } batch ? new Origin(batch, from.Number("originPlace"u8)) : null);
}

/// <summary>How a buyer joined the line, in the order of the names in the ledger.</summary>
public enum JoinedHow
{
    /// <summary>They joined after the stock was gone.</summary>
    Standby,

    /// <summary>They joined before the opening.</summary>
    Lobby,

    /// <summary>They entered the draw.</summary>
    Draw,

    /// <summary>Their place was carried over from an earlier batch.</summary>
    Carried,
}

/// <summary>A place in an earlier batch.</summary>
public readonly record struct Origin(string Batch, long Place);

/// <summary>A place ended.</summary>
/// <param name="Place">The place.</param>
/// <param name="Why">Why it ended.</param>
/// <param name="By">Alias of the operator who removed it; present exactly if it was removed.</param>
/// <param name="Reason">The operator's reason; present exactly if there is an operator.</param>
/// <param name="Key">The hash of the operator's key; present exactly if there is an operator.</param>
public sealed record Left(
    long Place, LeftWhy Why, Alias? By = null, CancelReason? Reason = null, KeyHash? Key = null)
    : LineEntry, IBuyerCommandEntry
{
    // By LeftWhy.
    private static readonly string[] Reasons = ["left", "passed", "removed"];

    /// <inheritdoc />
    public BuyerCommand? Command => (By, Key) is ({ } by, { } key)
        ? BuyerCommand.OnPlace(Place, Reason ?? CancelReason.Unstated, by, key)
        : null;

    internal override ReadOnlySpan<byte> Type => "left"u8;

    internal override void Write(DataWriter to)
    {
        to.Number("place"u8, Place);
        to.Text("why"u8, Reasons[(int)Why]);
        to.AliasIfAny("by"u8, By);
        if (Reason is { } reason) to.Text("reason"u8, ReasonCodes.Of(reason));
        to.KeyIfAny(Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        var (place, why) = (from.Number("place"u8), (LeftWhy)from.OneOf("why"u8, Reasons));
        return from.AliasIfAny("by"u8) is { } by
            ? new Left(place, why, by, ReasonCodes.Read(ref from, "reason"u8), from.Key())
            : new Left(place, why);
    }
}

/// <summary>Why a place ended, in the order of the names in the ledger.</summary>
public enum LeftWhy
{
    /// <summary>The buyer left.</summary>
    Left,

    /// <summary>An offer expired or was declined.</summary>
    Passed,

    /// <summary>An operator removed it.</summary>
    Removed,
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class LineEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("joined"u8.ToArray(), Joined.Read), new("left"u8.ToArray(), Left.Read),
    ];
}
