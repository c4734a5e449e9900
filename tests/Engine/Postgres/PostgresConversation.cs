using System.Buffers.Binary;
using System.Text;

namespace OrleansSale.Tests.Engine.Postgres;

/// <summary>
/// Follows one connection of PostgreSQL's protocol as it passes by: which statements are executed, and how many of the
/// answers are complete. One thread may read either side at a time.
/// </summary>
internal sealed class PostgresConversation
{
    private const int EncryptionRequestLow = 80_877_103, EncryptionRequestHigh = 80_877_104;

    private readonly Messages _asked = new(), _answered = new();
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private bool _isStarted;
    private volatile bool _awaitsLetter;
    private int _rounds, _completed;

    /// <summary>How many rounds of questions the client has begun; the start of the connection is the first.</summary>
    public int Rounds => Volatile.Read(ref _rounds);

    /// <summary>How many rounds the server has answered completely.</summary>
    public int Completed => Volatile.Read(ref _completed);

    /// <summary>Takes note of what the client sends.</summary>
    /// <param name="bytes">The next ones.</param>
    /// <param name="executed">Called with each statement to execute; its round is the one after
    /// <see cref="Rounds"/>.</param>
    public void Asked(ReadOnlySpan<byte> bytes, Action<string> executed)
    {
        _asked.Add(bytes);
        while (!_isStarted && _asked.TryTake(isTyped: false, out var start))
        {
            var code = BinaryPrimitives.ReadInt32BigEndian(start.Body.Span);

            // The server answers a request for encryption with a single letter.
            if (code is EncryptionRequestLow or EncryptionRequestHigh) _awaitsLetter = true;
            else (_isStarted, _rounds) = (true, 1);
        }

        while (_isStarted && _asked.TryTake(isTyped: true, out var message))
        {
            switch (message.Type)
            {
                case 'P':
                    var name = Text(message.Body.Span);
                    _prepared[name] = Text(message.Body.Span[(name.Length + 1)..]);
                    break;
                case 'B':
                    var portal = Text(message.Body.Span);
                    if (_prepared.TryGetValue(Text(message.Body.Span[(portal.Length + 1)..]), out var sql))
                        executed(sql);
                    break;
                case 'Q':
                    executed(Text(message.Body.Span));
                    Interlocked.Increment(ref _rounds);
                    break;
                case 'S':
                    Interlocked.Increment(ref _rounds);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Takes note of what the server sends.</summary>
    public void Answered(ReadOnlySpan<byte> bytes)
    {
        if (_awaitsLetter && bytes.Length > 0)
        {
            _awaitsLetter = false;
            bytes = bytes[1..];
        }

        _answered.Add(bytes);
        while (_answered.TryTake(isTyped: true, out var message))
        {
            if (message.Type == 'Z') Interlocked.Increment(ref _completed);
        }
    }

    /// <summary>The text at the beginning, up to its zero; statements and their names are ASCII here.</summary>
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);

    private readonly record struct Message(char Type, ReadOnlyMemory<byte> Body);

    /// <summary>Takes a stream of bytes apart: a letter (but for the first messages), a length, a body.</summary>
    private sealed class Messages
    {
        private byte[] _buffer = new byte[8_192];
        private int _start, _end;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            if (_end + bytes.Length > _buffer.Length)
            {
                var kept = _end - _start;
                var room = kept + bytes.Length > _buffer.Length ? new byte[2 * (kept + bytes.Length)] : _buffer;
                _buffer.AsSpan(_start, kept).CopyTo(room);
                (_buffer, _start, _end) = (room, 0, kept);
            }

            bytes.CopyTo(_buffer.AsSpan(_end));
            _end += bytes.Length;
        }

        public bool TryTake(bool isTyped, out Message message)
        {
            message = default;
            var head = isTyped ? 1 : 0;
            if (_end - _start < head + sizeof(int)) return false;
            var length = head + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + head));
            if (_end - _start < length) return false;
            var type = isTyped ? (char)_buffer[_start] : '\0';
            message = new Message(type, _buffer.AsMemory(_start + head + sizeof(int), length - head - sizeof(int)));
            _start += length;
            return true;
        }
    }
}
