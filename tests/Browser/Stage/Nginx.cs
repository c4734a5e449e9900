using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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

    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30), PollInterval = TimeSpan.FromSeconds(0.02);

    private readonly ScratchFolder _folder = new();
    private readonly int _port = LoopbackPorts.Free();
    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <summary>The site, over TLS.</summary>
    public Uri Site => new($"https://localhost:{_port}");

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="path">The path of the site below which it passes requests on, with slashes around it.</param>
    /// <param name="engine">Where the engine will listen.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It is not installed, or did not start.</exception>
    public static async Task<Nginx> StartAsync(string path, Uri engine, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program)) throw new EngineException("nginx is not installed (Debian: apt-get install nginx)");
        var nginx = new Nginx();
        try
        {
            await nginx.StartHereAsync(path, engine, cancellationToken);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _folder.Dispose();
    }

    private async Task StartHereAsync(string path, Uri engine, CancellationToken cancellationToken)
    {
        WriteCertificate();
        var settings = Path.Combine(_folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(settings, SettingsOf(path, engine), cancellationToken);
        var start = new ProcessStartInfo(Program, ["-p", _folder.Path, "-e", "stderr", "-c", settings])
        {
            RedirectStandardError = true,
        };
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_output) _output.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        var waiting = Stopwatch.StartNew();
        while (!await ListensAsync(cancellationToken))
        {
            if (_process.HasExited || waiting.Elapsed > StartWithin)
            {
                lock (_output) throw new EngineException($"nginx did not start:\n{_output}");
            }
            await Task.Delay(PollInterval, cancellationToken); // bounded poll
        }
    }

    // One process, which belongs to whoever runs the tests, and all of whose files are in its folder.
    private string SettingsOf(string path, Uri engine)
    {
        var document = File.ReadAllText(Path.Combine(WorkingCopy.Root, Document));
        var site = document.Split(BlockStart)[1].Split(BlockEnd)[0]
            .Replace("127.0.0.1:8080", engine.Authority, StringComparison.Ordinal)
            .Replace("listen 443", $"listen 127.0.0.1:{_port}", StringComparison.Ordinal)
            .Replace("/etc/ssl/", _folder.Path + "/", StringComparison.Ordinal)
            .Replace("shop.example", "localhost", StringComparison.Ordinal)
            .Replace("location /shop/", $"location {path}", StringComparison.Ordinal);
        string[] folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        return $$"""
            daemon off;
            master_process off;
            pid {{_folder.Path}}/nginx.pid;
            events { worker_connections 512; }
            http {
            access_log off;
            {{string.Join('\n', folders.Select(name => $"{name}_temp_path {_folder.Path}/{name};"))}}
            {{site}}
            }
            """;
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(Path.Combine(_folder.Path, "localhost.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder.Path, "localhost.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (_process is { HasExited: false }) _process.Kill();
    }
}
