using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>Somebody at the other end of a socket who follows no rule but those given.</summary>
internal static class Peer
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>Connects, greets in plain text, and returns all that is answered until the connection ends.</summary>
    public static async Task<byte[]> SpeakPlainlyAsync(IPEndPoint to, byte[] greeting)
    {
        using var socket = await ConnectAsync(to);
        await using var stream = new NetworkStream(socket);
        if (greeting.Length > 0) await stream.WriteAsync(greeting, TestContext.Current.CancellationToken);
        return await ReadToEndAsync(stream, most: int.MaxValue);
    }

    /// <summary>
    /// Shakes hands with a certificate (null: none) and returns what comes then, as soon as anything does. It trusts
    /// anybody.
    /// </summary>
    public static async Task<byte[]> ShakeHandsAsync(
        IPEndPoint to, X509Certificate2? certificate, SslProtocols protocol)
    {
        using var socket = await ConnectAsync(to);
        await using var stream = new SslStream(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = protocol,
                    ClientCertificateContext = certificate is null
                        ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
                },
                TestContext.Current.CancellationToken);
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return [];
        }
        return await ReadToEndAsync(stream, most: 1);
    }

    /// <summary>
    /// Waits for one connection, shakes hands as a server with a certificate and returns what comes then, as soon as
    /// anything does.
    /// </summary>
    public static async Task<byte[]> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Bound);
        await using var stream = new SslStream(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ClientCertificateRequired = true,
                    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                },
                TestContext.Current.CancellationToken);
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return [];
        }
        return await ReadToEndAsync(stream, most: 1);
    }

    /// <summary>Reads until the end, or until there are as many bytes.</summary>
    public static async Task<byte[]> ReadToEndAsync(Stream stream, int most)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1024];
        using var patience = new CancellationTokenSource(Bound);
        try
        {
            while (bytes.Length < most && await stream.ReadAsync(buffer, patience.Token) is > 0 and var read)
                bytes.Write(buffer, 0, read);
        }
        catch (IOException)
        {
            // The connection was reset, which also ends it.
        }
        return bytes.ToArray();
    }

    public static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to, TestContext.Current.CancellationToken);
        return socket;
    }
}
