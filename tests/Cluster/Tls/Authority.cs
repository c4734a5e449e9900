using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo.Cluster.Tls;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>An authority that signs for a cluster, and the files of its members. Deletes them at its end.</summary>
internal sealed class Authority : IDisposable
{
    public const string CertificatePath = "Orleans:Tls:CertificatePath", KeyPath = "Orleans:Tls:KeyPath";
    public const string AuthorityPath = "Orleans:Tls:AuthorityPath";
    public const string Server = "1.3.6.1.5.5.7.3.1", Client = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("sale-tls-");
    private int _serial;

    public Authority(string name = "the cluster's authority", DateTimeOffset? until = null,
        X509Certificate2? root = null) =>
        Root = root ?? Sign(name, null, ends: until ?? DateTimeOffset.UtcNow.AddYears(1), isAuthority: true);

    /// <summary>Its certificate, with its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>A member's certificate, with its key, for both sides of a handshake unless said otherwise.</summary>
    public X509Certificate2 Issue(DateTimeOffset? starts = null, DateTimeOffset? ends = null, params string[] uses) =>
        Sign("member", Root, starts, ends, uses: uses.Length == 0 ? [Server, Client] : uses);

    /// <summary>An authority below this one.</summary>
    public X509Certificate2 IssueIntermediate() =>
        Sign("between", Root, ends: DateTimeOffset.UtcNow.AddMonths(1), isAuthority: true);

    /// <summary>The configuration of a member; the files are written.</summary>
    public Dictionary<string, string?> Settings(
        X509Certificate2? member = null, string between = "", string? authorities = null)
    {
        member ??= Issue();
        return new Dictionary<string, string?>
        {
            [CertificatePath] = Write(member.ExportCertificatePem() + "\n" + between),
            [KeyPath] = Write(member.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            [AuthorityPath] = Write(authorities ?? Root.ExportCertificatePem()),
        };
    }

    /// <summary>What a member configures, loaded.</summary>
    public ClusterTls Member(TimeSpan? handshakeTimeout = null) => Load(Settings(), handshakeTimeout)!;

    public static ClusterTls? Load(Dictionary<string, string?> settings, TimeSpan? handshakeTimeout = null) =>
        ClusterTls.Load(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), handshakeTimeout);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string text)
    {
        var path = Path.Combine(_files.FullName, $"{Interlocked.Increment(ref _serial)}.pem");
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _files.Delete(recursive: true);

    private static X509Certificate2 Sign(
        string name, X509Certificate2? issuer, DateTimeOffset? starts = null, DateTimeOffset? ends = null,
        bool isAuthority = false,
        params string[] uses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (uses.Length > 0)
        {
            var oids = new OidCollection();
            foreach (var use in uses) oids.Add(new Oid(use));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        }
        var (from, until) = (starts ?? DateTimeOffset.UtcNow.AddDays(-2), ends ?? DateTimeOffset.UtcNow.AddDays(2));
        if (issuer is null) return request.CreateSelfSigned(from, until);
        using var signed = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
