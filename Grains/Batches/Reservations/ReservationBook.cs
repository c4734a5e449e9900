using OrleansSale.GrainInterfaces.Users;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>The cancelled reservations of a batch. The reservations themselves are in their own streams.</summary>
public sealed class ReservationBook
{
    // By user, the highest version that is cancelled.
    private readonly Dictionary<Alias, long> _cancelledVersions = [];

    /// <summary>The highest version of the user's reservation that is cancelled; 0: none.</summary>
    public long CancelledVersionOf(Alias user) => _cancelledVersions.GetValueOrDefault(user);

    internal void Apply(long seq, ReservationCancelled e)
    {
        ThrowUnless(e.Version > CancelledVersionOf(e.User), seq, "a cancellation that is recorded already");
        _cancelledVersions[e.User] = e.Version;
    }
}
