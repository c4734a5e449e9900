using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// Debian's nginx as a process of its own, with a folder, a port and a certificate of its own. Its site is the one of
/// the document about fronts, with other names. Disposing ends it.
/// </summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx", Document = "docs/fronts.md";
    private const string BlockStart = "```nginx\n", BlockEnd = "```";

    private readonly ServerProcess _server;

    private Nginx(ServerProcess server) => _server = server;

    /// <summary>The site, over TLS.</summary>
    public Uri Site => new($"https://localhost:{_server.Port}");

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="path">The path of the site below which it passes requests on, with slashes around it.</param>
    /// <param name="engine">Where the engine will listen.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It is not installed, or did not start.</exception>
    public static async Task<Nginx> StartAsync(string path, Uri engine, CancellationToken cancellationToken) =>
        new(await ServerProcess.StartAsync(Program, (folder, port) =>
        {
            WriteCertificate(folder);
            var settings = Path.Combine(folder, "nginx.conf");
            File.WriteAllText(settings, SettingsOf(path, engine, folder, port));
            return ["-p", folder, "-e", "stderr", "-c", settings];
        }, cancellationToken));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // One process, which belongs to whoever runs the tests, and all of whose files are in its folder.
    private static string SettingsOf(string path, Uri engine, string folder, int port)
    {
        var document = File.ReadAllText(Path.Combine(WorkingCopy.Root, Document));
        var site = document.Split(BlockStart)[1].Split(BlockEnd)[0]
            .Replace("127.0.0.1:8080", engine.Authority, StringComparison.Ordinal)
            .Replace("listen 443", $"listen 127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("/etc/ssl/", folder + "/", StringComparison.Ordinal)
            .Replace("shop.example", "localhost", StringComparison.Ordinal)
            .Replace("location /shop/", $"location {path}", StringComparison.Ordinal);
        string[] folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        return $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            events { worker_connections 512; }
            http {
            access_log off;
            {{string.Join('\n', folders.Select(name => $"{name}_temp_path {folder}/{name};"))}}
            {{site}}
            }
            """;
    }

    private static void WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "localhost.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "localhost.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
