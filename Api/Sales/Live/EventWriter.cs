using System.Buffers;
using System.Text;

namespace OrleansSale.Api.Sales.Live;

/// <summary>Writes server-sent events to one viewer.</summary>
/// <param name="response">The answer.</param>
/// <param name="ends">The viewer has left, or the front is stopping.</param>
internal sealed class EventWriter(HttpResponse response, CancellationToken ends)
{
    // All viewers get the same bytes.
    private static readonly byte[] Ping = "event: ping\ndata: {}\n\n"u8.ToArray();

    private readonly TimeProvider _monotonic = TimeProvider.System;
    private long _writtenAt = TimeProvider.System.GetTimestamp();

    /// <summary>The viewer has left, or the front is stopping.</summary>
    public CancellationToken Ends => ends;

    /// <summary>Writes an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">One line of text.</param>
    public async ValueTask WriteAsync(string name, ReadOnlyMemory<byte> data)
    {
        var body = response.BodyWriter;
        Encoding.ASCII.GetBytes($"event: {name}\ndata: ", body);
        body.Write(data.Span);
        body.Write("\n\n"u8);
        await body.FlushAsync(ends);
        _writtenAt = _monotonic.GetTimestamp();
    }

    /// <summary>
    /// Waits until there is something new to write, at most for <see cref="LiveStreams.MaxSilence"/> since the last
    /// event. Then it writes a ping.
    /// </summary>
    public async ValueTask WaitAsync(Task somethingNew)
    {
        var silence = LiveStreams.MaxSilence - _monotonic.GetElapsedTime(_writtenAt);
        try
        {
            await somethingNew.WaitAsync(silence > TimeSpan.Zero ? silence : TimeSpan.Zero, ends);
        }
        catch (TimeoutException)
        {
            await response.BodyWriter.WriteAsync(Ping, ends);
            _writtenAt = _monotonic.GetTimestamp();
        }
    }
}
