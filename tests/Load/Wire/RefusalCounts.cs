using System.Text;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Refusals by their code. An answer without one counts under its status.</summary>
internal sealed class RefusalCounts
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The counts so far.</summary>
    public SortedDictionary<string, int> Snapshot()
    {
        lock (_lock) return new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);
    }

    /// <summary>Adds the refusal that this answer is.</summary>
    public void Add(WireAnswer answer)
    {
        var code = answer.Code;
        Span<char> text = stackalloc char[64];
        var length = code.IsEmpty || code.Length > text.Length ? 0 : Encoding.UTF8.GetChars(code, text);
        lock (_lock)
        {
            var name = length > 0 ? Known(text[..length]) : $"http-{answer.Status}";
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
        }
    }

    private string Known(ReadOnlySpan<char> code)
    {
        foreach (var known in _counts.Keys)
            if (code.SequenceEqual(known)) return known;
        return code.ToString();
    }
}
