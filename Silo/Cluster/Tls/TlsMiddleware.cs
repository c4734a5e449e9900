using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>
/// Stands between the socket and Orleans: Orleans gets a connection only after its handshake, and then reads and writes
/// through TLS.
/// </summary>
/// <remarks>
/// A handshake runs in the connection's own task, never in the loop that accepts connections, and ends by itself: with
/// success, with a refusal, after <see cref="ClusterTls.HandshakeTimeout"/>, or when Orleans closes the connection,
/// which cancels the read that it waits for. If it does not succeed the socket is closed here, whatever Orleans does
/// with the exception. So a peer that says nothing or half a greeting holds one connection for that time, and nobody
/// else waits for it.
/// </remarks>
internal sealed partial class TlsMiddleware(ClusterTls tls, bool isServer, ILogger<TlsMiddleware> log)
{
    // What one record holds; a smaller buffer makes more records of a message.
    private const int RecordBytes = 16 << 10;

    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: RecordBytes, leaveOpen: true);
    private static readonly StreamPipeWriterOptions WriterOptions = new(minimumBufferSize: RecordBytes, leaveOpen: true);

    /// <summary>Carries one connection from its handshake to its end.</summary>
    /// <exception cref="ConnectionAbortedException">The handshake failed; the connection is closed.</exception>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Transport;
        await using var encrypted = new SslStream(new DuplexStream(socket));
        await ShakeHandsAsync(connection, encrypted);
        connection.Transport = new DuplexPipe(
            PipeReader.Create(encrypted, ReaderOptions), PipeWriter.Create(encrypted, WriterOptions));
        try
        {
            await next(connection);
        }
        finally
        {
            // Whoever ends the connection completes the transport it finds, which may still have been ours.
            connection.Transport = socket;
            await socket.Input.CompleteAsync();
            await socket.Output.CompleteAsync();
        }
    }

    private async Task ShakeHandsAsync(ConnectionContext connection, SslStream encrypted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(tls.HandshakeTimeout);
        var peer = new MemberCheck();
        try
        {
            if (isServer) await encrypted.AuthenticateAsServerAsync(tls.ServerOptions(peer), patience.Token);
            else await encrypted.AuthenticateAsClientAsync(tls.ClientOptions(peer), patience.Token);
        }
        catch (Exception failure)
        {
            var why = peer.Refusal ?? (failure is OperationCanceledException
                ? $"it was not done within {tls.HandshakeTimeout.TotalSeconds:0.###} s, or the connection was closed"
                : (failure.InnerException ?? failure).Message);
            var aborted = new ConnectionAbortedException($"The TLS handshake with {connection.RemoteEndPoint} failed: {why}", failure);
            LogFailed($"{connection.RemoteEndPoint}", why);
            connection.Abort(aborted);
            throw aborted;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not connected with {Peer}: the TLS handshake failed: {Why}")]
    private partial void LogFailed(string peer, string why);

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
