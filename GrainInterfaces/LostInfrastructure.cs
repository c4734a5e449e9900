using System.Data.Common;
using System.Net.Sockets;
using Orleans.Serialization;

namespace OrleansSale.GrainInterfaces;

/// <summary>Which failures of a call to an actor mean lost infrastructure, and not a fault of a program.</summary>
/// <remarks>
/// Orleans passes on as it is whatever kept a call from its actor: a cancelled activation, a disposed service of a silo
/// that ends, the database's failure when membership or the directory was asked. After all of them the outcome is
/// unknown, and asking again is safe.
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
