using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Draws;

/// <summary>
/// An entry about a draw. The format is fixed. A batch refuses these entries until rules exist for them.
/// </summary>
public abstract record DrawEntry : BatchEntry;

/// <summary>The draw takes no more entrants.</summary>
/// <param name="Count">How many places take part.</param>
/// <param name="Root">Merkle tree root of the entrants' aliases (RFC 6962): 32 bytes.</param>
public sealed record RosterClosed(long Count, byte[] Root) : DrawEntry
{
    internal override ReadOnlySpan<byte> Type => "roster-closed"u8;

    internal override void Write(DataWriter to)
    {
        to.Number("count"u8, Count);
        to.Bytes("root"u8, Root);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new RosterClosed(from.Number("count"u8), from.Bytes("root"u8));
}

/// <summary>The draw was made.</summary>
/// <param name="Secret">The secret whose hash is in <c>created</c>: 32 bytes.</param>
/// <param name="Beacon">The beacon's randomness, 32 bytes; null: no beacon was used.</param>
/// <param name="Seed">The seed of the drawn order: 32 bytes.</param>
public sealed record Drawn(byte[] Secret, byte[]? Beacon, byte[] Seed) : DrawEntry
{
    internal override ReadOnlySpan<byte> Type => "drawn"u8;

    internal override void Write(DataWriter to)
    {
        to.Bytes("secret"u8, Secret);
        if (Beacon is not null) to.Bytes("beacon"u8, Beacon);
        to.Bytes("seed"u8, Seed);
    }

    internal static BatchEntry Read(ref DataReader from) => new Drawn(
        from.Bytes("secret"u8), from.Has("beacon"u8) ? from.Bytes("beacon"u8) : null, from.Bytes("seed"u8));
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class DrawEntries
{
    public static readonly EntryKind[] Kinds =
        [new("roster-closed"u8.ToArray(), RosterClosed.Read), new("drawn"u8.ToArray(), Drawn.Read)];
}
