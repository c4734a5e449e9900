using System.Collections.Concurrent;

namespace OrleansSale.Tests.Shopping;

/// <summary>What went against the contract, as it is seen. All of it is collected, the first ones are kept.</summary>
public sealed class Findings
{
    private const int Bound = 50;

    private readonly ConcurrentQueue<string> _kept = new();
    private int _total;

    /// <summary>How many there are.</summary>
    public int Total => _total;

    /// <summary>Adds one.</summary>
    public void Add(string finding)
    {
        if (Interlocked.Increment(ref _total) <= Bound) _kept.Enqueue(finding);
    }

    /// <summary>Adds it unless it holds.</summary>
    public void Expect(bool holds, string otherwise)
    {
        if (!holds) Add(otherwise);
    }

    /// <summary>The first ones.</summary>
    public override string ToString() => $"{_total} findings:\n{string.Join('\n', _kept)}";
}
