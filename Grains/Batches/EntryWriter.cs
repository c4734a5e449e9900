using System.Buffers;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>Writes a batch's entries as ledger lines. The bytes are hashed, stored and exported unchanged.</summary>
public sealed class EntryWriter(string batch)
{
    private readonly DataWriter _data = new(batch);

    /// <summary>Writes one line with its line feed.</summary>
    public void Write(IBufferWriter<byte> to, long seq, long at, BatchEntry entry)
    {
        _data.Json.Reset(to);
        _data.Seq = seq;
        LedgerLine.Begin(_data.Json, seq, entry.Type, at);
        entry.Write(_data);
        LedgerLine.End(_data.Json, to);
    }
}
