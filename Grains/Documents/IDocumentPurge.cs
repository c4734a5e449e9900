using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Documents;

/// <summary>
/// Removes for good what documents no longer say: storage may keep the bytes of a document that was cleared or
/// replaced, in room that it has not used again.
/// </summary>
public interface IDocumentPurge
{
    /// <summary>Removes what was cleared or replaced before this was called. It may take seconds.</summary>
    /// <exception cref="SaleUnavailableException">Something may be left. It is logged; call again later.</exception>
    Task PurgeAsync();
}
