using System.Net;

namespace OrleansSale.Silo.Webhooks;

/// <summary>
/// Which addresses are public. Every other one may be a machine of the operator's own network, which trusts requests
/// from there: an operator's endpoint must not reach it.
/// </summary>
public static class PublicAddresses
{
    // By IANA's registries of special-purpose addresses. Those that carry an IPv4 address in an IPv6 one are refused as
    // a whole, because a gateway may lead them anywhere.
    private static readonly IPNetwork[] Special =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
            "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>Whether an address is public. An IPv4 address within an IPv6 one is taken as what it is.</summary>
    public static bool Has(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(Special, network => network.Contains(plain));
    }

    /// <summary>Whether an address is one of this machine's own.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
