using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Connections;

/// <summary>
/// An answer's body that waits for its client only for a bounded time. A client who does not read is disconnected, and
/// the answer's resources are freed.
/// </summary>
/// <remarks>
/// The server's own minimum rate is not enough. It is an average over the connection's life, 240 bytes a second by
/// default. So after a megabyte that went into the system's buffers, a client may read nothing for over an hour. Here
/// every part must be sent within <see cref="ConnectionOptions.ClientPatienceSeconds"/>, and only stalled parts are
/// timed.
/// </remarks>
internal sealed class PatientBody : PipeWriter, IHttpResponseBodyFeature
{
    /// <summary>
    /// The part of a body that is passed to the server at a time, in bytes. The server buffers this much before it
    /// waits.
    /// </summary>
    public const int PartLength = 64 * 1024;

    private readonly HttpContext _http;
    private readonly IHttpResponseBodyFeature _server;
    private readonly PipeWriter _writer;
    private readonly TimeSpan _patience;
    private Stream? _stream;

    internal PatientBody(HttpContext http, IHttpResponseBodyFeature server, TimeSpan patience) =>
        (_http, _server, _writer, _patience) = (http, server, server.Writer, patience);

    /// <inheritdoc/>
    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    /// <inheritdoc/>
    public PipeWriter Writer => this;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Gives every answer such a body.</summary>
    public static void Use(WebApplication app)
    {
        var patience = app.Services.GetRequiredService<IOptions<ConnectionOptions>>().Value.ClientPatience;
        app.Use(next => http =>
        {
            if (http.Features.Get<IHttpResponseBodyFeature>() is { } server)
                http.Features.Set<IHttpResponseBodyFeature>(new PatientBody(http, server, patience));
            return next(http);
        });
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _writer.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _writer.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes) => _writer.Advance(bytes);

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        InTime(_writer.FlushAsync(cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> WriteAsync(
        ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        for (; source.Length > PartLength; source = source[PartLength..])
        {
            var sent = await InTime(_writer.WriteAsync(source[..PartLength], cancellationToken));
            if (sent.IsCompleted || sent.IsCanceled) return sent;
        }
        return await InTime(_writer.WriteAsync(source, cancellationToken));
    }

    /// <inheritdoc/>
    public void DisableBuffering() => _server.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => _server.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync() => _server.CompleteAsync();

    private ValueTask<FlushResult> InTime(ValueTask<FlushResult> sending) =>
        sending.IsCompleted ? sending : WaitAsync(sending.AsTask());

    private async ValueTask<FlushResult> WaitAsync(Task<FlushResult> sending)
    {
        try
        {
            return await sending.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            _http.Abort();
            // The same happens for every client that has disconnected, but here at once: the server would signal it a
            // little later.
            _http.RequestAborted = new CancellationToken(canceled: true);
            throw new OperationCanceledException("The client does not read its answer.", _http.RequestAborted);
        }
    }
}
