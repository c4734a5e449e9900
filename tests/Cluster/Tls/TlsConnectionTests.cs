using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>Two silos and their clients over sockets with TLS, and everybody who must not get in.</summary>
public sealed class TlsConnectionTests(TlsConnectionTests.Members members) : IClassFixture<TlsConnectionTests.Members>
{
    private const byte AlertRecord = 0x15;
    private static readonly TimeSpan StrangerPatience = TimeSpan.FromSeconds(1.5);

    private readonly Authority _authority = members.Authority, _other = members.Other;
    private readonly TlsCluster _cluster = members.Cluster;

    [Fact]
    public async Task Everyone_without_a_certificate_of_the_authority_gets_not_a_byte_of_Orleans()
    {
        var now = DateTimeOffset.UtcNow;
        (string Who, X509Certificate2? Certificate)[] strangers =
        [
            ("no certificate", null), ("another authority's", _other.Issue()),
            ("the other authority itself", _other.Root),
            ("an expired one", _authority.Issue(now.AddDays(-2), now.AddDays(-1))),
            ("one not valid yet", _authority.Issue(now.AddDays(1))),
            ("one for servers only", _authority.Issue(uses: Authority.Server)),
        ];
        foreach (var protocol in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            foreach (var (who, certificate) in strangers)
                foreach (var port in new[] { _cluster.SiloEndpoint, _cluster.GatewayEndpoint })
                    (await Peer.ShakeHandsAsync(port, certificate, protocol)).ShouldBeEmpty($"{who}, {protocol}");
            // A silo greets another silo at once. Without the check of certificates, the strangers would have seen this
            // byte.
            (await Peer.ShakeHandsAsync(_cluster.SiloEndpoint, _authority.Issue(), protocol)).ShouldNotBeEmpty();
        }
#pragma warning disable SYSLIB0039, CA5397 // That they are refused is what is tested.
        (await Peer.ShakeHandsAsync(_cluster.SiloEndpoint, _authority.Issue(), SslProtocols.Tls11)).ShouldBeEmpty();
#pragma warning restore SYSLIB0039, CA5397
    }

    [Fact]
    public async Task A_handshake_that_fails_is_logged_in_one_line_with_the_peer_and_the_reason()
    {
        (await Peer.ShakeHandsAsync(_cluster.SiloEndpoint, _other.Issue(), SslProtocols.Tls13)).ShouldBeEmpty();
        await Peer.SpeakPlainlyAsync(_cluster.GatewayEndpoint, "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        const string Failed = "the TLS handshake failed: ";
        foreach (var why in new[] { "no authority vouches for CN=member (", "it spoke no TLS, " })
            await Eventually.HoldsAsync(() => _cluster.Log.With(Failed + why).Count > 0, why);
        _cluster.Log.With(Failed).ShouldAllBe(
            line => line.Exception == null
            && line.Text.StartsWith("Not connected with 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plain_text_is_answered_by_the_end_of_the_connection()
    {
        var answers = await Task.WhenAll(
            from port in new[] { _cluster.SiloEndpoint, _cluster.GatewayEndpoint }
            from greeting in new[] { "GET / HTTP/1.1\r\n\r\n", "\x10\0\0\0rubbish", "\x16\x03\x01" }
            select Peer.SpeakPlainlyAsync(port, Encoding.Latin1.GetBytes(greeting)));
        // TLS refuses with an alert. Nothing else may come.
        answers.ShouldAllBe(answer => answer.Length == 0 || answer[0] == AlertRecord);
    }

    [Fact]
    public async Task Peers_that_say_nothing_are_ended_and_keep_nobody_waiting()
    {
        const int Silent = 64;
        IPEndPoint[] ports = [_cluster.SiloEndpoint, _cluster.GatewayEndpoint];
        var silent = await Task.WhenAll(Enumerable.Range(0, Silent).Select(peer => Peer.ConnectAsync(ports[peer % 2])));
        // All silent connections are open now, and members still get in.
        (await Peer.ShakeHandsAsync(_cluster.SiloEndpoint, _authority.Issue(), SslProtocols.Tls13)).ShouldNotBeEmpty();
        silent.ShouldAllBe(socket => socket.Available == 0 && !socket.Poll(0, SelectMode.SelectRead));
        var client = await _cluster.ConnectAsync(_authority.Member());
        (await client.GetGrain<ISaleBatchGrain>("none").ReadBoardAsync(0)).ShouldBeNull();
        foreach (var socket in silent)
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            (await Peer.ReadToEndAsync(stream, int.MaxValue)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_client_without_a_certificate_of_the_authority_does_not_connect()
    {
        await Task.WhenAll(
            Should.ThrowAsync<Exception>(() => _cluster.ConnectAsync(null, patience: StrangerPatience)),
            Should.ThrowAsync<Exception>(() => _cluster.ConnectAsync(_other.Member(), patience: StrangerPatience)));
        var client = await _cluster.ConnectAsync(_authority.Member());
        (await client.GetGrain<ISaleBatchGrain>("none").ReadBoardAsync(0)).ShouldBeNull();
    }

    [Fact]
    public async Task A_client_says_nothing_to_a_gateway_that_the_authority_does_not_vouch_for()
    {
        var heard = await Task.WhenAll(
            HeardAsync(_other.Issue()), HeardAsync(_authority.Issue(uses: Authority.Client)),
            HeardAsync(_authority.Issue()));
        // Without the check of certificates, the strangers would have got as many bytes as the member.
        heard.Select(bytes => bytes.Length > 0).ShouldBe([false, false, true]);
    }

    [Fact]
    public async Task A_silo_without_a_certificate_of_the_authority_does_not_join()
    {
        await Task.WhenAll(
            Should.ThrowAsync<Exception>(() => _cluster.JoinAsync(null, StrangerPatience)),
            Should.ThrowAsync<Exception>(() => _cluster.JoinAsync(_other.Member(), StrangerPatience)));
        await _cluster.JoinAsync(_authority.Member());
    }

    // The bytes that a client sends to a gateway that shows this certificate.
    private async Task<byte[]> HeardAsync(X509Certificate2 certificate)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var heard = new CancellationTokenSource();
        var connecting = Should.ThrowAsync<Exception>(() => _cluster.ConnectAsync(
            _authority.Member(), (IPEndPoint)listener.LocalEndpoint, until: heard.Token));
        try
        {
            return await Peer.ServeAsync(listener, certificate);
        }
        finally
        {
            await heard.CancelAsync();
            await connecting;
        }
    }

    /// <summary>The cluster that all try to get into, and two authorities, of which it knows one.</summary>
    public sealed class Members : IAsyncLifetime
    {
        private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(3);

        internal Authority Authority { get; } = new();

        internal Authority Other { get; } = new();

        internal TlsCluster Cluster { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Cluster = await TlsCluster.StartAsync(Authority.Member(HandshakeTimeout));

        public async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Authority.Dispose();
            Other.Dispose();
        }
    }
}
