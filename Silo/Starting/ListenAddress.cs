using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace OrleansSale.Silo.Starting;

/// <summary>An address that the settings tell the web server to listen on.</summary>
/// <param name="Key">The setting.</param>
/// <param name="Text">The address as it is written there, or as the server derives it from a port.</param>
/// <param name="Parsed">The address as the server reads it.</param>
public sealed record ListenAddress(string Key, string Text, BindingAddress Parsed)
{
    /// <summary>The setting of most addresses.</summary>
    public const string Urls = "urls";

    private static readonly string[] Schemes = ["http", "https"];

    /// <summary>Whether it asks for TLS.</summary>
    public bool IsHttps => Parsed.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether only this machine reaches it. A name that is not localhost means every address to the server.
    /// </summary>
    public bool IsOfThisMachine => Parsed.IsUnixPipe || Parsed.IsNamedPipe || IsLocalName(Parsed.Host)
        || (IPAddress.TryParse(Parsed.Host, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>
    /// The addresses of the settings, by ASP.NET's order of sources: endpoints of Kestrel, then <c>urls</c>, then
    /// ports.
    /// </summary>
    /// <exception cref="StartException">An address is unusable; the message names the setting.</exception>
    public static IReadOnlyList<ListenAddress> Read(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        var given = string.IsNullOrWhiteSpace(configuration[Urls])
            ? OfPorts(configuration).ToList()
            : Split(configuration[Urls]!);
        var prefersGiven = given.Count > 0
            && bool.TryParse(configuration["preferHostingUrls"], out var prefers) && prefers;
        if (endpoints.Count == 0 || prefersGiven) return given;
        return [.. endpoints.Select(endpoint => Parse($"{endpoint.Path}:Url", UrlOf(endpoint)))];
    }

    /// <summary>
    /// Tries whether this process may listen there. The server's own message would name no setting.
    /// </summary>
    /// <exception cref="StartException">It may not; the message names the setting.</exception>
    public void RequireFree()
    {
        if (Parsed.IsUnixPipe && Path.GetDirectoryName(Parsed.UnixPipePath) is { Length: > 0 } folder
            && !Directory.Exists(folder))
        {
            throw new StartException(
                $"{Key} is {Text}, where this process cannot listen: there is no folder {folder}.");
        }
        if (Parsed.IsUnixPipe || Parsed.IsNamedPipe) return;
        var ip = IsLocalName(Parsed.Host) ? IPAddress.Loopback
            : IPAddress.TryParse(Parsed.Host, out var given) ? given
            : IPAddress.Any;
        try
        {
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, Parsed.Port));
        }
        catch (SocketException refused)
        {
            var why = refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "address already in use"
                : refused.Message;
            throw new StartException($"{Key} is {Text}, where this process cannot listen: {why}.");
        }
    }

    private static string UrlOf(IConfigurationSection endpoint) => endpoint["Url"] is { Length: > 0 } url ? url
        : throw new StartException(
            $"{endpoint.Path}:Url is missing: set it to an address such as http://localhost:8080.");

    private static List<ListenAddress> Split(string urls) => [.. urls.Split(';',
        StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => Parse(Urls, url))];

    private static IEnumerable<ListenAddress> OfPorts(IConfiguration configuration) =>
        from scheme in Schemes
        let key = $"{scheme}_ports"
        let ports = configuration[key] ?? ""
        from port in ports.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        select IsPort(port) ? Parse(key, $"{scheme}://*:{port}")
            : throw new StartException(
                $"{key} is {port}: it must be a port up to {IPEndPoint.MaxPort}, or several with semicolons.");

    private static ListenAddress Parse(string key, string text)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            throw Malformed(key, text);
        }
        var address = new ListenAddress(key, text, parsed);
        if (parsed.IsUnixPipe || parsed.IsNamedPipe) return address;
        // The server reads an invalid port as a part of the name, and any name as every address of the machine.
        var isHost = parsed.Host is "*" or "+" || Uri.CheckHostName(parsed.Host) != UriHostNameType.Unknown;
        var isScheme = parsed.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || address.IsHttps;
        return isHost && isScheme && parsed.Port is >= 0 and <= IPEndPoint.MaxPort && parsed.PathBase.Length == 0
            ? address : throw Malformed(key, text);
    }

    private static StartException Malformed(string key, string text) => new(
        $"{key} is {text}: it must be an address to listen on, such as http://localhost:8080, "
        + $"with a port of at most {IPEndPoint.MaxPort} and without a path.");

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= IPEndPoint.MaxPort;

    private static bool IsLocalName(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
