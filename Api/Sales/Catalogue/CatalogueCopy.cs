using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// A front's copy of the catalogue: an id is looked up here before any actor is addressed, so made-up ids activate
/// nothing. A miss asks the catalogue for new batches, at most once every <see cref="MinInterval"/>.
/// </summary>
public sealed class CatalogueCopy(
    IGrainFactory grains, TimeProvider timeProvider, ILoggerFactory logs, IHostApplicationLifetime lifetime,
    AnnouncementFeed? announcements = null)
    : IDisposable
{
    /// <summary>Between two calls to the catalogue.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a reader waits for a newer list, if there is one already.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);

    /// <summary>How often reading restarts because another activation of the catalogue answered.</summary>
    public const int MaxBeginnings = 4;

    private readonly ConcurrentDictionary<string, BoardFeed> _feeds = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly PollPace _pace = new();
    private volatile BoardFeed[] _inOrder = [];
    private (long At, ExceptionDispatchInfo Failure)? _failed;
    private Guid _activation;
    private long? _askedAt;
    private long _addedAt = long.MinValue;

    /// <summary>The feed of a batch; null: there is no such batch.</summary>
    public ValueTask<BoardFeed?> FindAsync(string? batch) =>
        !Slug.IsOne(batch) ? default
        : _feeds.TryGetValue(batch!, out var feed) ? new(feed)
        : AskAsync(batch!);

    /// <summary>
    /// All batches in the order they were created. If the catalogue does not answer at once, the last known list.
    /// </summary>
    /// <exception cref="Exception">It has never answered.</exception>
    public async ValueTask<IReadOnlyList<BoardFeed>> ListAsync()
    {
        var last = _inOrder;
        try
        {
            await RefreshAsync().WaitAsync(last.Length == 0 ? Timeout.InfiniteTimeSpan : MaxWait, _monotonic);
            return _inOrder;
        }
        catch (Exception e) when (last.Length > 0 && LostInfrastructure.Is(e))
        {
            return last;
        }
    }

    /// <summary>Reads the batches that were created or listed otherwise since the last call.</summary>
    /// <exception cref="Exception">The catalogue did not answer.</exception>
    public async Task RefreshAsync()
    {
        var arrived = _monotonic.GetTimestamp();
        await _asking.WaitAsync();
        try
        {
            // Another caller may have refreshed the copy meanwhile or just before. A batch that this front has added
            // always causes a call.
            if (_askedAt is { } at && at > Volatile.Read(ref _addedAt)
                && (at >= arrived || _monotonic.GetElapsedTime(at) < MinInterval))
            {
                return;
            }
            // A call that began after this caller came answers the caller, also if it failed. Otherwise each caller
            // would wait for one call of each earlier caller.
            if (_failed is { } failed && failed.At >= arrived) failed.Failure.Throw();
            var asked = _monotonic.GetTimestamp();
            try
            {
                await TakeInAsync(grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key));
            }
            catch (Exception e)
            {
                _failed = (asked, ExceptionDispatchInfo.Capture(e));
                throw;
            }
            (_askedAt, _failed) = (asked, null);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>
    /// The feed of a batch that this front has just added to the catalogue: every list has it from now on.
    /// </summary>
    /// <exception cref="Exception">The catalogue did not answer.</exception>
    public async Task<BoardFeed> FindNewAsync(string batch)
    {
        await CatchUpAsync();
        return _feeds.GetValueOrDefault(batch)
            ?? throw new SaleUnavailableException($"the catalogue does not list batch {batch}");
    }

    /// <summary>Reads what this front has just changed in the catalogue.</summary>
    /// <exception cref="Exception">The catalogue did not answer.</exception>
    public async Task CatchUpAsync()
    {
        Volatile.Write(ref _addedAt, _monotonic.GetTimestamp());
        await RefreshAsync();
    }

    /// <inheritdoc />
    public void Dispose() => _asking.Dispose();

    // One activation of the catalogue only adds batches. When another activation answers, or a batch is listed
    // otherwise, everything is read again.
    private async Task TakeInAsync(ICatalogueGrain catalogue)
    {
        var (activation, known, added) = (_activation, _inOrder, new List<BoardFeed>());
        for (var beginnings = 0; ;)
        {
            var page = await catalogue.ListAsync(known.Length + added.Count);
            if (page.Activation != activation)
            {
                if (++beginnings > MaxBeginnings)
                    throw new SaleUnavailableException("Several activations of the catalogue answer.");
                activation = page.Activation;
                if (known.Length + added.Count > 0)
                {
                    known = [];
                    added.Clear();
                    continue;
                }
            }
            if (page.Batches.Length == 0) break;
            foreach (var listed in page.Batches) added.Add(FeedOf(listed));
        }
        if (activation != _activation || added.Count > 0) (_inOrder, _activation) = ([.. known, .. added], activation);
    }

    private BoardFeed FeedOf(ListedBatch listed)
    {
        var feed = _feeds.GetOrAdd(listed.Terms.Id, _ => new BoardFeed(
            listed, grains, timeProvider, _pace, logs.CreateLogger<BoardFeed>(), lifetime.ApplicationStopping)
        {
            Announcements = announcements,
        });
        feed.Listed = listed;
        return feed;
    }

    private async ValueTask<BoardFeed?> AskAsync(string batch)
    {
        await RefreshAsync();
        return _feeds.GetValueOrDefault(batch);
    }
}
