using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// Checks the certificate files that the settings give the web server, in the way it will read them. The server's own
/// message about a bad file names no setting, and it accepts expired certificates.
/// </summary>
public static class WebCertificates
{
    private const string Default = "Kestrel:Certificates:Default";

    /// <summary>Checks all named files, and that every https address has a certificate.</summary>
    /// <exception cref="StartException">A certificate is unusable; the message names the setting.</exception>
    public static void Require(
        IConfiguration configuration, IHostEnvironment environment, IReadOnlyList<ListenAddress> addresses)
    {
        var paths = configuration.GetSection("Kestrel").AsEnumerable().Where(setting =>
            setting.Value is { Length: > 0 } && setting.Key.EndsWith(":Path", StringComparison.OrdinalIgnoreCase));
        foreach (var path in paths)
            Require(configuration.GetSection(path.Key[..^":Path".Length]), environment.ContentRootPath);

        if (IsNamed(configuration, Default) || (environment.IsDevelopment() && HasDevelopmentCertificate())) return;
        if (addresses.FirstOrDefault(address => address.IsHttps && !HasOwn(configuration, address.Key)) is { } without)
        {
            throw new StartException($"{without.Key} is {without.Text}, which needs a certificate: "
                + $"set {Default}:Path (PEM with :KeyPath, or PFX with :Password)"
                + (environment.IsDevelopment() ? ", or make one of Development: dotnet dev-certs https." : "."));
        }
    }

    // A certificate of `dotnet dev-certs` has this extension. The server finds it by this.
    private static bool HasDevelopmentCertificate()
    {
        const string extension = "1.3.6.1.4.1.311.84.1.1";
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        try
        {
            store.Open(OpenFlags.ReadOnly);
        }
        catch (CryptographicException)
        {
            return false;
        }
        return store.Certificates.Find(X509FindType.FindByExtension, extension, validOnly: false)
            .Any(certificate => certificate.HasPrivateKey
                && certificate.NotBefore <= DateTime.Now && DateTime.Now < certificate.NotAfter);
    }

    private static bool HasOwn(IConfiguration configuration, string key) =>
        key.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase)
        && key[..key.LastIndexOf(':')] is var endpoint
        && (IsNamed(configuration, $"{endpoint}:Certificate")
            || configuration.GetSection($"{endpoint}:Sni").GetChildren().Any());

    private static bool IsNamed(IConfiguration configuration, string certificate) =>
        configuration[$"{certificate}:Path"] is { Length: > 0 }
            || configuration[$"{certificate}:Subject"] is { Length: > 0 };

    private static void Require(IConfigurationSection section, string folder)
    {
        var (path, password) = (Path.Combine(folder, section["Path"]!), section["Password"]);
        foreach (var key in new[] { "Path", "KeyPath" })
        {
            if (section[key] is { Length: > 0 } file && !File.Exists(Path.Combine(folder, file)))
                throw new StartException($"{section.Path}:{key}: there is no file {Path.Combine(folder, file)}.");
        }
        using var certificate = Load(
            section, path, section["KeyPath"] is { Length: > 0 } own ? Path.Combine(folder, own) : null, password);
        var (now, from, until) = (
            DateTime.UtcNow, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now > until)
            throw new StartException($"{section.Path}:Path: {certificate.Subject} expired at {Stamp(until)}.");
        if (now < from)
            throw new StartException($"{section.Path}:Path: {certificate.Subject} is not valid before {Stamp(from)}.");
    }

    private static X509Certificate2 Load(IConfigurationSection section, string path, string? keyPath, string? password)
    {
        try
        {
            return keyPath is null ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
                : string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPemFile(path, keyPath)
                : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
        }
        catch (Exception unfit)
            when (unfit is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            var at = section.Path;
            throw new StartException(StartFailure.Describe(unfit) is var why && keyPath is null
                ? $"{at}: {path} is no PFX file that opens with {at}:Password: {why} A PEM file needs {at}:KeyPath."
                : $"{at}: {path} and {keyPath} are no PEM certificate and its key (encrypted: with "
                    + $"{at}:Password): {why}");
        }
    }

    private static string Stamp(DateTime instant) =>
        instant.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
