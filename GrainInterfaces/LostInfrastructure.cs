using System.Data.Common;
using System.Net.Sockets;
using Orleans.Serialization;

namespace OrleansSale.GrainInterfaces;

/// <summary>Tells lost infrastructure from programming errors among the failures of calls to actors.</summary>
/// <remarks>
/// Orleans passes the original exception on: of a cancelled activation, of a disposed service in a silo that ends, or
/// of the database when membership or the directory was read. In all these cases the outcome is unknown, and a retry is
/// safe.
/// </remarks>
public static class LostInfrastructure
{
    /// <summary>Whether this failure is one of them.</summary>
    public static bool Is(Exception failure) => failure
        is SaleUnavailableException or OrleansException or TimeoutException
        or OperationCanceledException or ObjectDisposedException
        or DbException or IOException or SocketException
        or UnavailableExceptionFallbackException;
}
