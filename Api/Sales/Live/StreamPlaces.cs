using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Live;

/// <summary>
/// The places of event streams. There are fewer than connections, so that viewers leave room for buyers.
/// </summary>
public sealed class StreamPlaces(IOptions<ConnectionOptions> options)
{
    private readonly int _most = options.Value.MaxStreams!.Value;
    private int _taken;

    /// <summary>Takes a place, to be given back by <see cref="Leave"/>; false: there is none.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= _most) return true;
        Leave();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}
