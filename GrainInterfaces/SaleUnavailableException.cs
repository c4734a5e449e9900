namespace OrleansSale.GrainInterfaces;

/// <summary>
/// Lost infrastructure: an actor could not answer, because its storage did not answer or because another activation
/// replaced it. Whether the request was carried out is unknown, and a retry is safe. Expected answers are refusals
/// instead.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.SaleUnavailableException")]
public class SaleUnavailableException : Exception
{
    /// <summary>With what happened.</summary>
    public SaleUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
