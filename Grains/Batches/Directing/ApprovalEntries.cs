using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>An entry about a command that needs two operators.</summary>
public abstract record ApprovalEntry : BatchEntry;

/// <summary>A command waits until a second operator approves it.</summary>
/// <param name="Command">The command.</param>
/// <param name="Until">From this instant on it is void.</param>
public sealed record Proposed(IKeyedCommand Command, long Until) : ApprovalEntry
{
    internal override ReadOnlySpan<byte> Type => "proposed"u8;

    internal override void Write(DataWriter to)
    {
        ProposalFormat.Write(to, Command);
        to.Instant("until"u8, Until);
        to.Alias("by"u8, Command.By);
        to.Key(Command.Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        var of = ProposalFormat.Read(ref from);
        var until = from.Instant("until"u8);
        return new Proposed(of(from.Alias("by"u8), from.Key()), until);
    }
}

/// <summary>A second operator approved the command with this key. It is carried out in the same commit.</summary>
/// <param name="By">The second operator.</param>
/// <param name="Key">The hash of the command's key, which its own operator gave.</param>
public sealed record Approved(Alias By, KeyHash Key) : ApprovalEntry
{
    internal override ReadOnlySpan<byte> Type => "approved"u8;

    internal override void Write(DataWriter to)
    {
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new Approved(from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class ApprovalEntries
{
    public static readonly EntryKind[] Kinds =
        [new("proposed"u8.ToArray(), Proposed.Read), new("approved"u8.ToArray(), Approved.Read)];
}
