using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace OrleansSale.Api.Purchases;

/// <summary>The lanes of this front, one per batch that anybody has bought from here.</summary>
public sealed class PurchaseLanes(IGrainFactory grains, IOptions<SaleOptions> options, ILogger<PurchaseLane> log)
{
    private readonly ConcurrentDictionary<string, PurchaseLane> _lanes = new(StringComparer.Ordinal);

    /// <summary>The lane of a batch that exists.</summary>
    public PurchaseLane Of(string batch) =>
        _lanes.TryGetValue(batch, out var lane) ? lane
        : _lanes.GetOrAdd(batch, id => new PurchaseLane(id, grains, options.Value, log));
}
