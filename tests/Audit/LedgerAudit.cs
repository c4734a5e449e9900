namespace OrleansSale.Tests.Audit;

/// <summary>
/// Replays the export of a batch's ledger, independently of the engine, and checks what the design promises.
/// </summary>
public static class LedgerAudit
{
    /// <summary>Reads the whole export (application/x-ndjson), in one pass.</summary>
    /// <param name="export">The lines, each with its hash; it is not closed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What the ledger says, and every violation found.</returns>
    /// <exception cref="IOException">The export could not be read.</exception>
    /// <exception cref="InvalidDataException">A line is longer than 64 MiB.</exception>
    public static async Task<AuditedSale> ReadAsync(Stream export, CancellationToken cancellationToken = default)
    {
        var lines = new LedgerLines(export);
        var pass = new Pass();
        while (await lines.ReadAsync(cancellationToken))
        {
            while (lines.TryTake(out var line)) pass.Follow(line);
        }

        return pass.End();
    }

    /// <summary>One pass over a ledger.</summary>
    private sealed class Pass
    {
        private readonly Violations _violations = new();
        private readonly HashChain _chain = new();
        private readonly EntryReader _reader = new();
        private SaleReplay? _replay;
        private long _entries;
        private long _seq;
        private DateTime _at = DateTime.MinValue;

        public void Follow(ReadOnlySpan<byte> line)
        {
            _entries++;
            var seq = EntryReader.ClaimedSeq(line);
            if (_chain.Follow(line) is { } broken) _violations.Add(Invariant.I4, seq, broken);
            if (seq != _seq + 1) _violations.Add(Invariant.I4, seq, $"entry {seq} follows entry {_seq}");
            _seq = seq > 0 ? seq : _seq + 1;
            try
            {
                Apply(_reader.Read(line));
            }
            catch (FormatException exception)
            {
                _violations.Add(Invariant.Form, _seq, exception.Message);
            }
        }

        public AuditedSale End()
        {
            if (_entries == 0) _violations.Add(Invariant.I4, 0, "the ledger is empty");
            _replay?.End(_seq);
            return new AuditedSale(_replay, _violations, _entries, _seq, _chain.Head, _at);
        }

        private void Apply(LedgerEntry entry)
        {
            if (entry.At < _at)
                _violations.Add(Invariant.I4, entry.Seq, $"time runs backwards, from {_at:O} to {entry.At:O}");
            _at = entry.At > _at ? entry.At : _at;
            if (_replay is not null)
            {
                _replay.Apply(entry);
            }
            else if (entry.Type == EntryType.Created)
            {
                _replay = new SaleReplay(entry.Terms!, _violations);
                _replay.Units.Stock(entry.Terms!.Stock);
            }
            else
            {
                _violations.Add(Invariant.Form, entry.Seq, $"{entry.Type} before the batch was created");
            }
        }
    }
}
