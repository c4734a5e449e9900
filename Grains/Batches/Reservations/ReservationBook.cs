using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>What a batch knows of reservations: which of them are cancelled. The reservations themselves are elsewhere.</summary>
public sealed class ReservationBook
{
    private readonly Dictionary<string, long> _cancelledVersions = new(StringComparer.Ordinal);

    /// <summary>Up to which version users' reservations are cancelled.</summary>
    public IReadOnlyDictionary<string, long> CancelledVersions => _cancelledVersions;

    /// <summary>Up to which version the user's reservation is cancelled; 0: never.</summary>
    public long CancelledVersionOf(string user) => _cancelledVersions.GetValueOrDefault(user);

    internal void Apply(long seq, ReservationCancelled e)
    {
        ThrowUnless(e.Version > CancelledVersionOf(e.User), seq, "a cancellation that is recorded already");
        _cancelledVersions[e.User] = e.Version;
    }
}
