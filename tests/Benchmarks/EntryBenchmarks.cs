using System.Buffers;
using BenchmarkDotNet.Attributes;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>The ledger's entry of a purchase.</summary>
[MemoryDiagnoser, InProcess]
public class EntryBenchmarks
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly EntryWriter _writer = new("mi2-1");
    private readonly byte[] _hash = new byte[LedgerChain.HashLength];
    private readonly Held _held = Samples.Held(17);
    private byte[] _line = [];

    /// <summary>Writes the line that is read and hashed.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Write();
        _line = _buffer.WrittenSpan[..^1].ToArray();
    }

    /// <summary>Encoded.</summary>
    [Benchmark]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        _writer.Write(_buffer, 10_001, Samples.Opening, _held);
        return _buffer.WrittenCount;
    }

    /// <summary>Read back, as in a replay.</summary>
    [Benchmark]
    public StampedEntry Read() => EntryReader.Read(_line);

    /// <summary>Chained to the entry before it.</summary>
    [Benchmark]
    public void Chain() => LedgerChain.Next(_hash, _line, _hash);
}
