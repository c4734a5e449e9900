using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace OrleansSale.Api.Payments;

/// <summary>Where this process listens.</summary>
public static class ListeningAddress
{
    /// <summary>
    /// An address under which this machine reaches <paramref name="server"/>: the first plain one (no certificate to
    /// trust), else the first, with <c>localhost</c> for "any". Null before it listens, and if it listens on sockets
    /// that are no addresses.
    /// </summary>
    public static Uri? Of(IServer server)
    {
        var listening = (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            .Select(Parse).OfType<Uri>().ToList();
        return listening.Find(address => address.Scheme == Uri.UriSchemeHttp) ?? listening.FirstOrDefault();
    }

    private static Uri? Parse(string text)
    {
        var bound = BindingAddress.Parse(text);
        // Port 0 is the requested port, before the system has chosen one.
        if (bound.IsUnixPipe || bound.IsNamedPipe || bound.Port == 0) return null;
        var host = bound.Host is "0.0.0.0" or "[::]" or "+" or "*" ? "localhost" : bound.Host;
        return new UriBuilder(bound.Scheme, host, bound.Port, bound.PathBase).Uri;
    }
}
