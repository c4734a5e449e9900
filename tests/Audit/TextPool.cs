using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>Gives equal texts as one object: a user's name comes back with every order.</summary>
internal sealed class TextPool
{
    /// <summary>A user has at most 161 characters, of which each may be escaped.</summary>
    public const int LongestTextBytes = 4096;

    private readonly char[] _buffer = new char[LongestTextBytes];
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public TextPool() => _lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text the reader stands on.</summary>
    /// <exception cref="FormatException">It is longer than <see cref="LongestTextBytes"/>.</exception>
    public string Take(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > LongestTextBytes)
            throw new FormatException($"a text is longer than {LongestTextBytes} bytes");
        ReadOnlySpan<char> text = _buffer.AsSpan(0, reader.CopyString(_buffer));
        if (_lookup.TryGetValue(text, out var known)) return known;
        var made = new string(text);
        _texts.Add(made);
        return made;
    }
}
