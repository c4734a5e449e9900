using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// How ledger streams are named. Batch ids contain no slash, so no batch's streams are mixed up with another's.
/// </summary>
public static class Streams
{
    /// <summary>What the streams of batches begin with.</summary>
    public const string Batches = "batch/";

    /// <summary>The stream of a batch.</summary>
    public static string OfBatch(string batch) => Batches + batch;

    /// <summary>What the streams of a batch's reservations begin with; the alias follows.</summary>
    public static string OfReservations(string batch) => $"reservation/{batch}/";

    /// <summary>The stream of a reservation.</summary>
    public static string OfReservation(string batch, Alias alias) => OfReservations(batch) + alias;
}
