using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Http;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Webhooks;

/// <summary>Looks up a name; for tests, which have names of their own.</summary>
public delegate Task<IPAddress[]> NameLookup(string host, CancellationToken cancellationToken);

/// <summary>
/// Guards where webhooks are sent. The safety argument: a connection is made by <see cref="ConnectAsync"/> alone, to
/// an address that it has looked at itself. So it does not matter what a name led to before, and neither a redirect
/// (which is not followed) nor a proxy (none is used) leads elsewhere.
/// </summary>
public sealed class AddressGuard(
    IOptions<WebhookOptions> options, IOptions<PaymentOptions> payments, OwnAddress ownAddress,
    NameLookup? lookup = null)
{
    private readonly NameLookup _lookup = lookup ?? Dns.GetHostAddressesAsync;

    /// <summary>
    /// The fault of an address; null: it has none. A name that leads nowhere now is no fault.
    /// </summary>
    public async Task<AddressFault?> FindFaultAsync(string text, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !WebAddress.IsOne(address)
            || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            return AddressFault.Malformed;
        }
        if (IsOwn(address)) return AddressFault.OwnAddress;
        IPAddress[] found;
        try
        {
            // The resolver refuses addresses that mean any interface, such as 0.0.0.0.
            var host = address.IdnHost.Trim('[', ']');
            found = IPAddress.TryParse(host, out var given) ? [given] : await _lookup(host, cancellationToken);
        }
        catch (SocketException)
        {
            found = [];
        }
        catch (ArgumentException)
        {
            // No name is so long.
            return AddressFault.Malformed;
        }
        if (address.Scheme != Uri.UriSchemeHttps
            && !(options.Value.AllowLoopback && found.Length > 0 && found.All(PublicAddresses.IsLoopback)))
        {
            return AddressFault.Insecure;
        }
        return found.Length > 0 && !Array.Exists(found, IsAllowed) ? AddressFault.PrivateAddress : null;
    }

    /// <summary>Connects to an address that may be sent to.</summary>
    /// <exception cref="AddressRefusedException">The name leads to no such address.</exception>
    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var isPlain = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttp;
        var found = await _lookup(host, cancellationToken);
        // What is sent in plain text stays on this machine.
        var allowed = found.Where(address => isPlain
            ? options.Value.AllowLoopback && PublicAddresses.IsLoopback(address) : IsAllowed(address)).ToArray();
        if (allowed.Length == 0) throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address is this engine's own.</summary>
    public bool IsOwn(Uri address) =>
        IsAt(address, payments.Value.PublicAddress) || IsAt(address, ownAddress());

    private bool IsAllowed(IPAddress address) => PublicAddresses.Has(address)
        || (options.Value.AllowLoopback && PublicAddresses.IsLoopback(address));

    // Whatever name of this machine is used.
    private static bool IsAt(Uri address, Uri? own) => own is not null && address.Port == own.Port
        && (address.IdnHost.TrimEnd('.').Equals(own.IdnHost.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
            || (address.IsLoopback && own.IsLoopback));
}

/// <summary>A name leads to no address that may be sent to.</summary>
public sealed class AddressRefusedException() : IOException("the name leads to no address that may be sent to");
