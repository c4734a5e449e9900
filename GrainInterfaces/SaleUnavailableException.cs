namespace OrleansSale.GrainInterfaces;

/// <summary>
/// Lost infrastructure: an actor could not answer, because its storage did not or because it was no longer the one to.
/// Whether the request was carried out is unknown; asking again is safe. Never an expected answer: those are refusals.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.SaleUnavailableException")]
public class SaleUnavailableException : Exception
{
    /// <summary>With what happened.</summary>
    public SaleUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
