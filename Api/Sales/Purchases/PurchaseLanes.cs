using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The lanes of this front, one per batch that anybody has bought from here.</summary>
public sealed class PurchaseLanes
{
    private readonly ConcurrentDictionary<string, PurchaseLane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PurchaseLane>.AlternateLookup<ReadOnlySpan<char>> _lanesBySpan;
    private readonly Func<string, BoardFeed, PurchaseLane> _make;

    /// <summary>None yet.</summary>
    public PurchaseLanes(IGrainFactory grains, IOptions<SaleOptions> options, ILogger<PurchaseLane> log)
    {
        _lanesBySpan = _lanes.GetAlternateLookup<ReadOnlySpan<char>>();
        _make = (_, feed) => new PurchaseLane(feed, grains, options.Value, log);
    }

    /// <summary>The lane of a batch that somebody has bought from here; null: nobody has.</summary>
    public PurchaseLane? Find(ReadOnlySpan<char> batch) => _lanesBySpan.TryGetValue(batch, out var lane) ? lane : null;

    /// <summary>The lane of a batch.</summary>
    public PurchaseLane Of(BoardFeed feed) => _lanes.GetOrAdd(feed.Terms.Id, _make, feed);
}
