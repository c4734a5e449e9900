using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo.Settings;
using OrleansSale.Silo.Starting;

namespace OrleansSale.Silo.Cluster;

/// <summary>The cluster that a process belongs to, and the address of its silo: settings <c>Orleans:…</c>.</summary>
/// <param name="ClusterId">
/// <c>Orleans:ClusterId</c>: silos and fronts of one id find each other; <c>sale</c> by default.
/// </param>
/// <param name="ServiceId">
/// <c>Orleans:ServiceId</c>: the owner of documents and reminders. It stays the same when one cluster replaces another;
/// <c>sale</c> by default.
/// </param>
public sealed record ClusterSettings(string ClusterId, string ServiceId)
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxIdLength = 100;

    private const string DefaultId = "sale";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartException">A setting is unusable; the message names it.</exception>
    public static ClusterSettings Load(IConfiguration configuration) =>
        new(Id(configuration, "Orleans:ClusterId"), Id(configuration, "Orleans:ServiceId"));

    private static string Id(IConfiguration configuration, string key)
    {
        var id = configuration[key] is { Length: > 0 } given ? given : DefaultId;
        return id.Length <= MaxIdLength && id.All(c => c is > ' ' and <= '~')
            ? id
            : throw new StartException($"{key} must be 1 to {MaxIdLength} visible ASCII characters.");
    }
}

/// <summary>Where a silo listens and where others find it.</summary>
/// <param name="Advertised">The address that other silos and fronts connect to.</param>
/// <param name="SiloPort">Other silos connect here.</param>
/// <param name="GatewayPort">Fronts connect here.</param>
public sealed record SiloEndpoint(IPAddress Advertised, int SiloPort, int GatewayPort)
{
    private const string AdvertisedKey = "Orleans:AdvertisedAddress";

    /// <summary>
    /// Where it listens: on loopback only if it advertises loopback, else on every address. The ports admit everybody
    /// unless TLS or a firewall protects them.
    /// </summary>
    public IPAddress Listens => IPAddress.IsLoopback(Advertised) ? Advertised
        : Advertised.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <summary>
    /// Reads <c>Orleans:AdvertisedAddress</c> (an address or a name; in Development loopback by default),
    /// <c>Orleans:SiloPort</c> and <c>Orleans:GatewayPort</c>; for port 0, a free port is chosen.
    /// </summary>
    /// <exception cref="StartException">One is missing or can't be used; the message names it.</exception>
    public static SiloEndpoint Load(IConfiguration configuration, bool isDevelopment)
    {
        var given = configuration[AdvertisedKey];
        // If silos on several machines all advertised loopback, each would take the others for earlier runs of itself.
        if (string.IsNullOrEmpty(given) && !isDevelopment)
        {
            throw new StartException(
                $"{AdvertisedKey} is missing: set it to the address at which other machines reach this silo "
                + "(127.0.0.1 if there are none).");
        }
        var advertised = Address(given);
        if (isDevelopment && !IPAddress.IsLoopback(advertised) && !DevelopmentDoor.IsOpen(configuration))
            throw DevelopmentDoor.Refused($"{AdvertisedKey} is {given}");
        var silo = Port(configuration, "Orleans:SiloPort", ClusterOptions.DefaultSiloPort);
        var gateway = Port(configuration, "Orleans:GatewayPort", ClusterOptions.DefaultGatewayPort);
        if (silo == gateway && silo != 0)
            throw new StartException("Orleans:SiloPort and Orleans:GatewayPort must not be the same port.");
        // Both are open at once, so they differ.
        using var first = new TcpListener(IPAddress.Any, 0);
        using var second = new TcpListener(IPAddress.Any, 0);
        var endpoint = new SiloEndpoint(
            advertised, silo == 0 ? Take(first) : silo, gateway == 0 ? Take(second) : gateway);
        if (silo != 0) RequireFree("Orleans:SiloPort", endpoint.Listens, silo);
        if (gateway != 0) RequireFree("Orleans:GatewayPort", endpoint.Listens, gateway);
        return endpoint;
    }

    /// <summary>A port that was free a moment ago. Orleans does not accept 0.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        return Take(listener);
    }

    // Orleans' own message names neither the port nor the setting.
    private static void RequireFree(string key, IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
        }
        catch (SocketException refused)
        {
            throw new StartException($"{key} is {port}, where this process cannot listen: {refused.Message}.");
        }
    }

    private static int Take(TcpListener listener)
    {
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static int Port(IConfiguration configuration, string key, int otherwise) =>
        configuration[key] is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort ? port
        : throw new StartException($"{key} must be a port, 0 to {IPEndPoint.MaxPort}; 0 takes a free one.");

    private static IPAddress Address(string? text)
    {
        if (string.IsNullOrEmpty(text)) return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out var address)) return IsUsable(address) ? address : throw NotUsable(text);
        try
        {
            // For the name of a container or a host, others get its address, IPv4 first.
            return Dns.GetHostAddresses(text).OrderBy(found => found.AddressFamily).FirstOrDefault(IsUsable)
                ?? throw NotUsable(text);
        }
        catch (SocketException)
        {
            throw NotUsable(text);
        }
    }

    private static bool IsUsable(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static StartException NotUsable(string text) =>
        new($"{AdvertisedKey} is {text}: it must be an address, or a name that has one, at which other hosts reach "
            + "this one.");
}
