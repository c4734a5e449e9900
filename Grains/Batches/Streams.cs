namespace OrleansSale.Grains.Batches;

/// <summary>
/// How ledger streams are named. Batch ids contain no slash, so no batch's streams are mixed up with another's.
/// </summary>
public static class Streams
{
    /// <summary>What the streams of batches begin with.</summary>
    public const string Batches = "batch/";

    /// <summary>The stream of a batch.</summary>
    public static string OfBatch(string batch) => Batches + batch;

    /// <summary>What the streams of a batch's reservations begin with; the user follows.</summary>
    public static string OfReservations(string batch) => $"reservation/{batch}/";

    /// <summary>The stream of a reservation, by its actor's key <c>{batch}/{user}</c>.</summary>
    public static string OfReservation(string key) => "reservation/" + key;
}
