using OrleansSale.GrainInterfaces.Users;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>
/// What a batch knows of reservations: which of them are cancelled. The reservations themselves are elsewhere.
/// </summary>
public sealed class ReservationBook
{
    private readonly Dictionary<Alias, long> _cancelledVersions = [];

    /// <summary>Up to which version users' reservations are cancelled.</summary>
    public IReadOnlyDictionary<Alias, long> CancelledVersions => _cancelledVersions;

    /// <summary>Up to which version the user's reservation is cancelled; 0: never.</summary>
    public long CancelledVersionOf(Alias user) => _cancelledVersions.GetValueOrDefault(user);

    internal void Apply(long seq, ReservationCancelled e)
    {
        ThrowUnless(e.Version > CancelledVersionOf(e.User), seq, "a cancellation that is recorded already");
        _cancelledVersions[e.User] = e.Version;
    }
}
