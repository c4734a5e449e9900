using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>The three PEM files. Each was read and is usable.</summary>
/// <param name="Own">This process' certificate, with its key.</param>
/// <param name="Between">Intermediate certificates between it and an authority; may be empty.</param>
/// <param name="Authorities">The roots: one or more.</param>
internal sealed record TlsFiles(
    X509Certificate2 Own, X509Certificate2Collection Between, X509Certificate2Collection Authorities)
{
    public const string CertificateKey = "Orleans:Tls:CertificatePath";
    public const string PrivateKeyKey = "Orleans:Tls:KeyPath";
    public const string AuthorityKey = "Orleans:Tls:AuthorityPath";

    private static readonly string[] Keys = [CertificateKey, PrivateKeyKey, AuthorityKey];

    /// <summary>Reads them; null if none is configured.</summary>
    /// <exception cref="StartException">Something is missing or wrong; the message names the setting.</exception>
    public static TlsFiles? Read(IConfiguration configuration)
    {
        var missing = Keys.Where(key => configuration[key] is not { Length: > 0 }).ToList();
        if (missing.Count == Keys.Length) return null;
        if (missing.Count > 0)
            throw new StartException(
                $"{string.Join(" and ", missing)} missing: TLS needs {string.Join(", ", Keys)}, all or none.");

        var (certificate, key) = (ReadText(configuration, CertificateKey), ReadText(configuration, PrivateKeyKey));
        var between = Certificates(CertificateKey, certificate);
        var authorities = Certificates(AuthorityKey, ReadText(configuration, AuthorityKey));
        foreach (var authority in authorities) RequireAuthority(authority);
        RequireValidNow(CertificateKey, between[0]);
        var own = Join(certificate, key);
        between.RemoveAt(0);
        return new TlsFiles(own, between, authorities);
    }

    private static string ReadText(IConfiguration configuration, string key)
    {
        try
        {
            return File.ReadAllText(configuration[key]!);
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartException($"{key} cannot be read: {unreadable.Message}");
        }
    }

    private static X509Certificate2Collection Certificates(string key, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            // Reported below.
        }
        return certificates.Count > 0
            ? certificates
            : throw new StartException($"{key} holds no certificate in PEM format.");
    }

    private static X509Certificate2 Join(string certificate, string key)
    {
        try
        {
            var joined = X509Certificate2.CreateFromPem(certificate, key);
            if (!OperatingSystem.IsWindows()) return joined;
            // On Windows TLS can't use a key that was never in a store.
            using (joined) return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception unfit) when (unfit is CryptographicException or ArgumentException)
        {
            throw new StartException(
                $"{PrivateKeyKey} holds no private key (PEM, not encrypted) that belongs to the certificate of "
                    + $"{CertificateKey}.");
        }
    }

    private static void RequireAuthority(X509Certificate2 authority)
    {
        RequireValidNow(AuthorityKey, authority);
        var signsOthers = authority.Extensions.OfType<X509BasicConstraintsExtension>()
            .Any(constraints => constraints.CertificateAuthority);
        if (signsOthers && authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData)) return;
        throw new StartException($"{AuthorityKey}: {authority.Subject} is not the root certificate of an authority.");
    }

    private static void RequireValidNow(string key, X509Certificate2 certificate)
    {
        var (now, from, until) = (
            DateTime.UtcNow, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now > until) throw new StartException($"{key}: {certificate.Subject} expired at {Stamp(until)}.");
        if (now < from) throw new StartException($"{key}: {certificate.Subject} is not valid before {Stamp(from)}.");
    }

    private static string Stamp(DateTime instant) =>
        instant.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
