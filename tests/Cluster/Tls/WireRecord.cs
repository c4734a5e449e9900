using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>
/// Everything that connections write to their sockets, when it is placed below what else they use.
/// </summary>
internal sealed class WireRecord
{
    private readonly Lock _lock = new();
    private readonly List<MemoryStream> _connections = [];

    /// <summary>What was written so far, connection by connection.</summary>
    public IReadOnlyList<byte[]> Written()
    {
        lock (_lock) return [.. _connections.Select(bytes => bytes.ToArray())];
    }

    /// <summary>Whether a text was written.</summary>
    public bool Shows(ReadOnlySpan<byte> text)
    {
        foreach (var bytes in Written())
            if (bytes.AsSpan().IndexOf(text) >= 0) return true;
        return false;
    }

    public void Use(IConnectionBuilder connection) => connection.Use(next => context =>
    {
        var bytes = new MemoryStream();
        lock (_lock) _connections.Add(bytes);
        context.Transport = new Pipe(context.Transport.Input, new Writer(this, bytes, context.Transport.Output));
        return next(context);
    });

    private sealed record Pipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Writer(WireRecord record, MemoryStream bytes, PipeWriter output) : PipeWriter
    {
        private Memory<byte> _next;

        public override void Advance(int written)
        {
            lock (record._lock) bytes.Write(_next.Span[..written]);
            output.Advance(written);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _next = output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            output.FlushAsync(cancellationToken);
    }
}
