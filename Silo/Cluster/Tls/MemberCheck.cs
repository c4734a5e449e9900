using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>The verdict on the peer of one connection.</summary>
internal sealed class MemberCheck
{
    /// <summary>Why the peer was refused. Null: it was not refused, or the handshake failed before.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The one check of a connection.</summary>
    public static MemberCheck Of(ConnectionContext connection)
    {
        if (connection.Features.Get<MemberCheck>() is { } known) return known;
        var check = new MemberCheck();
        connection.Features.Set(check);
        return check;
    }

    /// <summary>Checks a certificate by the chain that was built under <see cref="ClusterTls"/>' policy.</summary>
    public bool IsMember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // Members are addressed by IP and change, so names are ignored. Any other error is a refusal.
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (certificate is not null && errors == SslPolicyErrors.None) return true;
        var statuses = chain?.ChainStatus.Select(status => status.Status).Distinct() ?? [];
        Refusal = certificate is null
            ? "it showed no certificate"
            : $"no authority vouches for {certificate.Subject} ({string.Join(", ", statuses)})";
        return false;
    }
}
