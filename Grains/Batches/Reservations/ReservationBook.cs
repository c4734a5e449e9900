using OrleansSale.GrainInterfaces.Users;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>The cancelled reservations of a batch. The reservations themselves are in their own streams.</summary>
public sealed class ReservationBook
{
    // By user, the highest version that is cancelled, and the sequence of that entry.
    private readonly Dictionary<Alias, long> _cancelledVersions = [], _cancelledAt = [];

    /// <summary>The highest version of the user's reservation that is cancelled; 0: none.</summary>
    public long CancelledVersionOf(Alias user) => _cancelledVersions.GetValueOrDefault(user);

    /// <summary>Sequence of the entry that last cancelled a reservation of the user; 0: none.</summary>
    public long LastCancellationOf(Alias user) => _cancelledAt.GetValueOrDefault(user);

    internal void Apply(long seq, ReservationCancelled e)
    {
        ThrowUnless(e.Version > CancelledVersionOf(e.User), seq, "a cancellation that is recorded already");
        _cancelledVersions[e.User] = e.Version;
        _cancelledAt[e.User] = seq;
    }
}
