using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Documents;

/// <summary>
/// Removes the bytes of cleared and replaced documents for good. Storage may keep them in space that it has not reused
/// yet.
/// </summary>
public interface IDocumentPurge
{
    /// <summary>Removes the documents that were cleared or replaced before this call. It may take seconds.</summary>
    /// <exception cref="SaleUnavailableException">
    /// Some bytes may remain. The failure is logged; call again later.
    /// </exception>
    Task PurgeAsync();
}
