using System.Buffers;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.MoneyModel;

/// <summary>A batch whose decisions are durable only after a commit: a crash loses the others.</summary>
internal sealed class ModelEngine
{
    private readonly EntryWriter _writer = new("mi2-1");
    private readonly List<byte[]> _lines = [];
    private int _durable;

    public ModelEngine()
    {
        var terms = LiveBatch.TermsOf(stock: 4, limit: 2, windowSeconds: 60);
        Record(LiveBatch.Opening, new Created(terms, LiveBatch.Key.Hash));
        Commit();
    }

    public SaleBatch State { get; private set; } = new();

    public long Clock { get; set; } = LiveBatch.Opening;

    public long Now => Math.Max(Clock, State.LastAt);

    public bool IsDurable => _durable == _lines.Count;

    public T Take<T>(Decision<T> decision)
    {
        var now = Now;
        foreach (var entry in decision.Entries) Record(now, entry);
        return decision.Outcome;
    }

    public void DoDue()
    {
        var now = Now;
        while (Agenda.Next(State, now, LiveBatch.Grace) is { } due) Record(now, due);
    }

    public void Commit() => _durable = _lines.Count;

    public void Crash()
    {
        _lines.RemoveRange(_durable, _lines.Count - _durable);
        State = new SaleBatch();
        foreach (var line in _lines)
        {
            var (seq, at, entry) = EntryReader.Read(line);
            State.Apply(seq, at, entry);
        }
    }

    private void Record(long now, BatchEntry entry)
    {
        var (seq, to) = (State.LastSeq + 1, new ArrayBufferWriter<byte>());
        _writer.Write(to, seq, now, entry);
        State.Apply(seq, now, entry);
        _lines.Add(to.WrittenSpan.ToArray());
    }
}
