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

    /// <summary>What the streams of a batch's reservations begin with; the user follows.</summary>
    public static string OfReservations(string batch) => $"reservation/{batch}/";

    /// <summary>The stream of a reservation.</summary>
    public static string OfReservation(string batch, string user) => OfReservations(batch) + user;

    /// <summary>A stream as a log may name it: without its user.</summary>
    public static string Anonymous(string stream)
    {
        var slash = stream.IndexOf('/', stream.IndexOf('/', StringComparison.Ordinal) + 1);
        return slash < 0 ? stream : stream[..slash];
    }
}
