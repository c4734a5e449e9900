using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The names of ledger streams. Batch ids contain no slash, so streams of different batches never mix.
/// </summary>
public static class Streams
{
    /// <summary>The prefix of all batches' streams.</summary>
    public const string Batches = "batch/";

    /// <summary>The stream of a batch.</summary>
    public static string OfBatch(string batch) => Batches + batch;

    /// <summary>The prefix of the streams of a batch's reservations; the alias follows.</summary>
    public static string OfReservations(string batch) => $"reservation/{batch}/";

    /// <summary>The stream of a reservation.</summary>
    public static string OfReservation(string batch, Alias alias) => OfReservations(batch) + alias;
}
