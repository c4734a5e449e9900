using System.Net;

namespace OrleansSale.Silo.Http;

/// <summary>The rules for an address in the settings.</summary>
public static class WebAddress
{
    /// <summary>The rule for every address, as the end of a sentence.</summary>
    public const string Demand = "must be an absolute http or https address";

    /// <summary>Whether it is absolute, http or https, and names a host.</summary>
    public static bool IsOne(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && IsOne(address);

    /// <summary>Whether it is absolute, http or https, and names a host.</summary>
    public static bool IsOne(Uri address) => address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.Host.Length > 0;

    /// <summary>
    /// Why an address can't be that of <paramref name="key"/>, as a sentence; null: it can.
    /// </summary>
    /// <param name="key">The setting.</param>
    /// <param name="address">Its value.</param>
    /// <param name="isBase">Whether paths are appended to it, so that nothing may come after its own.</param>
    /// <param name="isPublic">
    /// Whether browsers from anywhere use it. Then it must be https, and not a loopback address.
    /// </param>
    public static string? Fault(string key, Uri address, bool isBase, bool isPublic)
    {
        if (!IsOne(address)) return $"{key} {Demand}.";
        if (address.UserInfo.Length > 0) return $"{key} must not have a user or a password in it.";
        if (isBase && (address.Query.Length > 0 || address.Fragment.Length > 0))
            return $"{key} must have neither a query nor a fragment: paths are appended to it.";
        if (!isPublic) return null;
        if (IsOfOneMachine(address) || address.Scheme != Uri.UriSchemeHttps)
        {
            return $"{key} is {address.GetLeftPart(UriPartial.Path)}: outside Development it must be an https "
                + "address that buyers' browsers reach from anywhere, that of the TLS proxy if there is one.";
        }
        return null;
    }

    private static bool IsOfOneMachine(Uri address) =>
        address.IsLoopback || address.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.IdnHost, out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(ip)));
}
