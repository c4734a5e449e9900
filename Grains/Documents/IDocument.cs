namespace OrleansSale.Grains.Documents;

/// <summary>
/// What an actor keeps beside the ledger. One that cannot be read is told to its actor like this and not thrown: the
/// actor would be activated by every call, and fail.
/// </summary>
public interface IDocument
{
    /// <summary>Whether what is stored cannot be read. The other members are then as in an empty one.</summary>
    bool IsDamaged { get; set; }
}
