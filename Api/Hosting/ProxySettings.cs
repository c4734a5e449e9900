using System.Net;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.Silo;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Api.Hosting;

/// <summary>What proxies are in front of this engine, and where they have put it.</summary>
/// <param name="Site">Where the engine is on its site.</param>
/// <param name="Proxies">
/// The networks of the proxies whose headers are believed. An address is a network of one.
/// </param>
public sealed record ProxySettings(SitePath Site, IReadOnlyList<IPNetwork> Proxies)
{
    private const string ProxiesKey = "Sale:Proxies", PathBaseKey = "Sale:PathBase";
    private const string PublicAddressKey = $"{PaymentOptions.Section}:{nameof(PaymentOptions.PublicAddress)}";

    /// <summary>Reads it.</summary>
    /// <exception cref="StartException">A setting is wrong; the message names each.</exception>
    public static ProxySettings Read(IConfiguration configuration)
    {
        var options = configuration.GetSection("Sale").Get<SaleOptions>() ?? new SaleOptions();
        var pathBase = options.PathBase ?? "";
        var texts = (options.Proxies ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var proxies = texts.Select(text => (Text: text, Network: Parse(text))).ToList();
        string?[] faults =
        [
            .. proxies.Where(proxy => proxy.Network is null).Select(proxy => $"{ProxiesKey} has {proxy.Text}: it must "
                + "be addresses and networks, separated by spaces, such as 10.0.0.7 or 10.0.0.0/24."),
            FaultOf(pathBase) ?? FaultOf(pathBase, configuration[PublicAddressKey]),
        ];
        if (faults.Any(fault => fault is not null)) throw new StartException(string.Join(' ', faults.OfType<string>()));
        return new ProxySettings(new SitePath(pathBase), [.. proxies.Select(proxy => proxy.Network!.Value)]);
    }

    private static string? FaultOf(string pathBase) => pathBase.Length == 0 || SitePath.IsBase(pathBase) ? null
        : $"{PathBaseKey} is {pathBase}: it must begin with / and not end with it, have only a-z, 0-9 and - between "
            + $"slashes, and at most {SitePath.MaxLength} characters, such as /shop.";

    // Both say where browsers find the engine.
    private static string? FaultOf(string pathBase, string? publicAddress) =>
        !Uri.TryCreate(publicAddress, UriKind.Absolute, out var address)
        || address.AbsolutePath.TrimEnd('/') == pathBase
            ? null
            : $"{PathBaseKey} is {(pathBase.Length > 0 ? pathBase : "not set")}, and {PublicAddressKey} has the path "
                + $"{address.AbsolutePath}: they must be the same path.";

    // The parser also takes 10.1 for an address, and a network of all addresses would believe everybody.
    private static IPNetwork? Parse(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal))
            return IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0 ? network : null;
        return IPAddress.TryParse(text, out var address)
            && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text)
            ? new IPNetwork(address, text.Contains(':', StringComparison.Ordinal) ? 128 : 32)
            : null;
    }
}
