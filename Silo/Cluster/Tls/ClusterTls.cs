using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Orleans.Connections.Security;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>
/// Mutual TLS between the processes of a cluster: silos among themselves, and fronts with the silos' gateways. It holds
/// one process' certificate with the key, and the authorities that sign for the cluster.
/// </summary>
/// <remarks>
/// <para>
/// The safety argument: Orleans serves everybody who reaches its ports. So the handshake precedes the first byte of
/// Orleans on all four kinds of connection (see <see cref="TlsRegistration"/>). Each side requires a certificate of the
/// other, proof of its key, and a chain that ends at one of the cluster's own authorities. The roots that the machine
/// trusts play no part, and nothing is fetched from the network for it. Sessions are not resumed: every connection is
/// verified again, so an expired certificate opens no more connections. There is no fallback to plain text: a failed
/// handshake ends the connection. A silent peer occupies one connection for <see cref="HandshakeTimeout"/>, and nobody
/// else waits for it.
/// </para>
/// <para>
/// Its limits: neither names nor addresses are compared, and a front's certificate is as good as a silo's. Everybody
/// with a certificate of the authority is a member, so the authority must sign for this cluster alone. There is no
/// revocation either: if a key is stolen, replace the authority. To replace one without a pause, start every process
/// with both in its file, then with new certificates, then without the old one. Files are read at the start only.
/// </para>
/// </remarks>
public sealed class ClusterTls
{
    /// <summary>How long a handshake may take, unless said otherwise: 5 s.</summary>
    public static readonly TimeSpan DefaultHandshakeTimeout = TimeSpan.FromSeconds(5);

    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1"), ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly SslStreamCertificateContext _own;
    private readonly X509Certificate2Collection _authorities;

    private ClusterTls(TlsFiles files, TimeSpan handshakeTimeout)
    {
        _own = SslStreamCertificateContext.Create(files.Own, files.Between, offline: true);
        (_authorities, HandshakeTimeout) = (files.Authorities, handshakeTimeout);
    }

    /// <summary>How long a handshake may take before its connection is ended.</summary>
    public TimeSpan HandshakeTimeout { get; }

    /// <summary>
    /// Reads the PEM files that <c>Orleans:Tls:CertificatePath</c> (this process' certificate; intermediate ones may
    /// follow it), <c>Orleans:Tls:KeyPath</c> (its private key, not encrypted) and <c>Orleans:Tls:AuthorityPath</c>
    /// (one or more root certificates) name.
    /// </summary>
    /// <param name="configuration">Where the three are set.</param>
    /// <param name="handshakeTimeout">Default: <see cref="DefaultHandshakeTimeout"/>.</param>
    /// <returns>Null if none of the three is set: the cluster speaks plain text.</returns>
    /// <exception cref="StartException">
    /// One is missing or unreadable, a certificate is not valid now, the key does not fit, or the other members would
    /// not accept the certificate. The message names the setting.
    /// </exception>
    public static ClusterTls? Load(IConfiguration configuration, TimeSpan? handshakeTimeout = null)
    {
        if (TlsFiles.Read(configuration) is not { } files) return null;
        var tls = new ClusterTls(files, handshakeTimeout ?? DefaultHandshakeTimeout);
        tls.RequireMembership(files);
        return tls;
    }

    /// <summary>Sets Orleans' TLS up to require this on both sides of each handshake.</summary>
    /// <remarks>
    /// <see cref="RemoteCertificateMode.NoCertificate"/> switches off the package's own check, which knows no
    /// authorities of a cluster and does not say why it refuses. <see cref="Accept"/> and <see cref="Connect"/> demand
    /// the certificate and check it instead, in every handshake.
    /// </remarks>
    internal void Configure(TlsOptions options)
    {
        options.LocalCertificate = _own.TargetCertificate;
        options.RemoteCertificateMode = RemoteCertificateMode.NoCertificate;
        options.HandshakeTimeout = HandshakeTimeout;
        options.OnAuthenticateAsServer = Accept;
        options.OnAuthenticateAsClient = Connect;
    }

    private void Accept(ConnectionContext connection, TlsServerAuthenticationOptions options)
    {
        var demands = (SslServerAuthenticationOptions)options.SslServerAuthenticationOptions;
        demands.ServerCertificateSelectionCallback = null;
        demands.ServerCertificateContext = _own;
        demands.ClientCertificateRequired = true;
        demands.RemoteCertificateValidationCallback = MemberCheck.Of(connection).IsMember;
        demands.CertificateChainPolicy = Policy();
        demands.AllowTlsResume = false;
        demands.AllowRenegotiation = false;
    }

    private void Connect(ConnectionContext connection, TlsClientAuthenticationOptions options)
    {
        var demands = (SslClientAuthenticationOptions)options.SslClientAuthenticationOptions;
        demands.ClientCertificates = null;
        demands.ClientCertificateContext = _own;
        demands.RemoteCertificateValidationCallback = MemberCheck.Of(connection).IsMember;
        demands.CertificateChainPolicy = Policy();
        demands.AllowTlsResume = false;
        demands.AllowRenegotiation = false;
    }

    // SslStream adds the key usage that the peer's side needs. So handshakes must not share a policy.
    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    // One line at the start is better than a cluster that never forms.
    private void RequireMembership(TlsFiles files)
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        chain.ChainPolicy.ExtraStore.AddRange(files.Between);
        chain.ChainPolicy.ApplicationPolicy.Add(ServerUse);
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        if (chain.Build(files.Own)) return;
        var why = string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
        throw new StartException(
            $"{TlsFiles.CertificateKey}: no authority of {TlsFiles.AuthorityKey} vouches for the certificate "
            + $"as one of a server and a client ({why}).");
    }
}
