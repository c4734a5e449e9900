namespace OrleansSale.Grains.Documents;

/// <summary>
/// A document that an actor keeps beside the ledger. An unreadable document sets <see cref="IsDamaged"/> instead of
/// throwing. An exception would fail each activation, and every call would activate the actor again.
/// </summary>
public interface IDocument
{
    /// <summary>Whether the stored document cannot be read. Its other members then have their default values.</summary>
    bool IsDamaged { get; set; }
}
