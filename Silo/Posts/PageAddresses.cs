using Microsoft.Extensions.Options;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Posts;

/// <summary>The public addresses of the pages that posts lead to.</summary>
/// <param name="options">The settings.</param>
/// <param name="ownAddress">Where this process listens, for an engine that has no public address.</param>
public sealed class PageAddresses(IOptions<PaymentOptions> options, OwnAddress ownAddress)
{
    private static readonly Uri Unknown = new("http://localhost/");

    private Uri Base => options.Value.PublicAddress ?? ownAddress() ?? Unknown;

    /// <summary>The page of a batch.</summary>
    public Uri OfSale(string batch) => PaymentAddresses.SaleAt(Base, batch)!;

    /// <summary>A picture, which may be named by its path on this site; null: there is none.</summary>
    public Uri? OfImage(string? image) => image is null ? null
        : image.StartsWith('/') ? new Uri(Base, image)
        : new Uri(image);
}
