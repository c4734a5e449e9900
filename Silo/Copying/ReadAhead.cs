using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansSale.Silo.Copying;

/// <summary>Reads the next rows while the last ones are processed.</summary>
internal static class ReadAhead
{
    /// <summary>A chunk with this many bytes takes no further row: 4 MiB.</summary>
    public const int ChunkBytes = 4 << 20;

    /// <summary>Most rows of a chunk.</summary>
    public const int ChunkRows = 8_192;

    // Waiting chunks. One more is being filled and one is being processed; there are no others in memory.
    private const int WaitingChunks = 1;

    /// <summary>
    /// The same rows, read by another thread in chunks. A caller that stops early stops that thread too.
    /// </summary>
    public static async IAsyncEnumerable<T> InChunksAsync<T>(
        IAsyncEnumerable<T> rows, Func<T, int> bytesOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var chunks = Channel.CreateBounded<List<T>>(
            new BoundedChannelOptions(WaitingChunks) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => FillAsync(rows, bytesOf, chunks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(cancellationToken))
                foreach (var row in chunk) yield return row;
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private static async Task FillAsync<T>(
        IAsyncEnumerable<T> rows, Func<T, int> bytesOf, ChannelWriter<List<T>> chunks, CancellationToken stop)
    {
        try
        {
            var chunk = new Chunk<T>(bytesOf, ChunkRows);
            await foreach (var row in rows.WithCancellation(stop))
                if (chunk.Add(row)) await chunks.WriteAsync(chunk.Take(), stop);
            if (chunk.Count > 0) await chunks.WriteAsync(chunk.Take(), stop);
            chunks.Complete();
        }
        catch (Exception failure)
        {
            // The reader of the channel gets the exception after the rows before it.
            chunks.Complete(failure);
        }
    }
}

/// <summary>Gathers rows up to a number of them, or to <see cref="ReadAhead.ChunkBytes"/>.</summary>
internal sealed class Chunk<T>(Func<T, int> bytesOf, int maxRows)
{
    private List<T> _rows = [];
    private int _bytes;

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a row; true: the chunk is full.</summary>
    public bool Add(T row)
    {
        _rows.Add(row);
        _bytes += bytesOf(row);
        return _bytes >= ReadAhead.ChunkBytes || _rows.Count >= maxRows;
    }

    /// <summary>Removes and returns the rows.</summary>
    public List<T> Take()
    {
        var taken = _rows;
        (_rows, _bytes) = ([], 0);
        return taken;
    }
}
