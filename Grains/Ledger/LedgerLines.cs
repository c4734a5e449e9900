using System.Buffers.Text;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Enumerates the lines of a commit without their line feeds. Lines are slices of the commit's bytes; nothing is
/// copied.
/// </summary>
/// <remarks>Bytes after the last line feed are not returned; <see cref="LedgerVerifier"/> reports them.</remarks>
public readonly struct LedgerLines(ReadOnlyMemory<byte> entries)
{
    /// <summary>The lines of a commit.</summary>
    public static LedgerLines Of(LedgerCommit commit) => new(commit.Entries);

    /// <summary>Enumerates the lines in order.</summary>
    public Enumerator GetEnumerator() => new(entries);

    /// <summary>Reads the sequence that a line states: the number in its first member, <c>{"seq":18,…}</c>.</summary>
    /// <returns>False if the line has another form.</returns>
    public static bool TryReadSeq(ReadOnlySpan<byte> line, out long seq)
    {
        seq = 0;
        ReadOnlySpan<byte> start = "{\"seq\":"u8;
        return line.StartsWith(start) && line[^1] == (byte)'}'
            && Utf8Parser.TryParse(line[start.Length..], out seq, out var digits)
            && line[start.Length + digits] == (byte)',';
    }

    /// <summary>The enumerator of the lines.</summary>
    public struct Enumerator(ReadOnlyMemory<byte> entries)
    {
        private ReadOnlyMemory<byte> _rest = entries;

        /// <summary>The line, without its line feed.</summary>
        public ReadOnlyMemory<byte> Current { get; private set; }

        /// <summary>Moves to the next line; false after the last.</summary>
        public bool MoveNext()
        {
            var end = _rest.Span.IndexOf((byte)'\n');
            if (end < 0) return false;
            Current = _rest[..end];
            _rest = _rest[(end + 1)..];
            return true;
        }
    }
}
