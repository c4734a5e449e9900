using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansSale.Silo.Http;

/// <summary>
/// The body of an answer to a HEAD. Its bytes are dropped. When the first part would be sent, the headers are sent
/// instead, and the answer is complete. The request then counts as aborted, so a stream of events or an export ends at
/// once.
/// </summary>
internal sealed class UnsentBody : PipeWriter, IHttpResponseBodyFeature, IDisposable
{
    private const int MinLength = 4_096;

    private readonly IHttpResponseBodyFeature _server;
    private readonly CancellationTokenSource _said;
    private byte[] _scratch = new byte[MinLength];
    private Stream? _stream;

    /// <param name="server">What answers.</param>
    /// <param name="aborted">When the client has disconnected.</param>
    public UnsentBody(IHttpResponseBodyFeature server, CancellationToken aborted) =>
        (_server, _said) = (server, CancellationTokenSource.CreateLinkedTokenSource(aborted));

    /// <summary>Cancelled once the headers are sent, or the client has disconnected.</summary>
    public CancellationToken Said => _said.Token;

    /// <inheritdoc/>
    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    /// <inheritdoc/>
    public PipeWriter Writer => this;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => 0;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        _scratch.Length >= sizeHint ? _scratch : _scratch = new byte[sizeHint];

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        // Gone.
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        // None is ever pending.
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // The server completes its own.
    }

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await SayAsync(cancellationToken);
        return default;
    }

    /// <inheritdoc/>
    public void DisableBuffering() => _server.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => _server.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SayAsync(cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync() => _server.CompleteAsync();

    /// <inheritdoc/>
    public void Dispose() => _said.Dispose();

    private async Task SayAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        await _said.CancelAsync();
    }
}
