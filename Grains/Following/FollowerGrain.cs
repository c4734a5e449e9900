using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Following;

/// <summary>
/// The actor that follows a ledger. It reads beside its calls, page by page, and keeps the last page for those who read
/// right behind it. Everything durable of it is in the index.
/// </summary>
public sealed partial class FollowerGrain(
    ILedger ledger, IOrderIndex index, TimeProvider timeProvider, ILogger<FollowerGrain> log)
    : Grain, IFollowerGrain
{
    /// <summary>
    /// The pause before a ledger or an index that failed is used again; it doubles from the first value to the second.
    /// </summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), MaxPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all of this process: when storage fails, many fail together.
    private static readonly Outage Following = new("following");

    private EntryPages _pages = null!;
    private EndpointCalls _endpoints = null!;
    private IndexMark? _mark;
    private long _target;
    private FollowedEntry[] _recent = [];
    private bool _isRunning;
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;

    private string Batch => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pages = new EntryPages(ledger, Batch);
        _endpoints = new EndpointCalls(GrainFactory, Batch, timeProvider);
        // What failed is done by the next tick.
        this.RegisterGrainTimer(
            _ => FollowAsync(),
            new GrainTimerCreationOptions(FirstPause, FirstPause) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task NoteCommitAsync(long seq)
    {
        _target = Math.Max(_target, seq);
        _ = FollowAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<FollowedEntry[]> ReadAfterAsync(long after, int limit)
    {
        limit = Math.Clamp(limit, 1, IFollowerGrain.MaxEntries);
        try
        {
            _mark ??= await index.ReadMarkAsync(Batch);
            var recent = _recent;
            return recent.Length > 0 && recent[0].Seq <= after + 1
                ? [.. recent.SkipWhile(entry => entry.Seq <= after).Take(limit)]
                : await _pages.ReadAfterAsync(after, _mark.Seq, limit);
        }
        catch (LedgerFormatException e)
        {
            throw new StorageDamagedException(e.Message);
        }
    }

    /// <inheritdoc />
    public async Task<FollowedEntry[]> ReadAsync(long[] seqs)
    {
        try
        {
            return await _pages.ReadAsync([.. seqs.Take(IFollowerGrain.MaxEntries)]);
        }
        catch (LedgerFormatException e)
        {
            throw new StorageDamagedException(e.Message);
        }
    }

    private async Task FollowAsync()
    {
        if (_isRunning || _mark?.Seq >= _target || timeProvider.GetUtcNow() < _pausedUntil) return;
        _isRunning = true;
        DelayDeactivation(KeptAliveFor);
        try
        {
            while (await FollowPageAsync())
            {
            }
            _pause = FirstPause;
            if (Following.Succeeds() is { } failures) Log.Follows(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It is read again, because another follower may have written.
            _mark = null;
            _pausedUntil = timeProvider.GetUtcNow() + _pause;
            _pause = _pause * 2 < MaxPause ? _pause * 2 : MaxPause;
            if (Following.Fails(e.GetType().Name)) Log.Behind(log, Batch, e.Message);
        }
        finally
        {
            _isRunning = false;
        }
    }

    // Whether there may be more.
    private async Task<bool> FollowPageAsync()
    {
        var mark = _mark ??= await index.ReadMarkAsync(Batch);
        if (await _pages.ReadAsync(mark) is not { } page)
        {
            Log.Older(log, Batch);
            _recent = [];
            await index.ClearAsync(Batch);
            _mark = IndexMark.None;
            return true;
        }
        if (page.Entries.Count > 0)
        {
            var changed = await ChangeAsync(page.Entries);
            if (!await index.WriteAsync(Batch, mark, page.End, changed))
                throw new SaleUnavailableException("another follower writes the index");
            (_mark, _recent) = (page.End, [.. page.Entries]);
            _ = _endpoints.TellAsync(page.End.Seq);
        }
        // A ledger that was restored from an older backup has fewer entries than were told.
        else _target = Math.Min(_target, mark.Seq);
        return _mark.Seq < _target;
    }

    private async Task<IReadOnlyCollection<IndexedOrder>> ChangeAsync(IReadOnlyList<FollowedEntry> entries)
    {
        var read = entries.Select(entry => EntryReader.Read(entry.Line)).ToList();
        var first = read[0].Seq;
        var earlier = read.Select(entry => IndexRules.ChangedBy(entry.Entry)).OfType<long>()
            .Where(order => order < first).ToHashSet();
        var rows = earlier.Count == 0 ? new Dictionary<long, IndexedOrder>()
            : (await index.ReadAsync(Batch, earlier)).ToDictionary(row => row.Seq);
        var changed = new Dictionary<long, IndexedOrder>();
        foreach (var entry in read) Apply(entry, rows, changed);
        return changed.Values;
    }

    private static void Apply(
        StampedEntry entry, Dictionary<long, IndexedOrder> rows, Dictionary<long, IndexedOrder> changed)
    {
        var before = IndexRules.ChangedBy(entry.Entry) is { } order ? rows.GetValueOrDefault(order) : null;
        if (IndexRules.Apply(entry, before) is { } after) rows[after.Seq] = changed[after.Seq] = after;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The index of orders does not follow batch {Batch} now; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void Behind(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "The index of orders follows again, after {Failures} failures")]
        public static partial void Follows(ILogger log, int failures);

        [LoggerMessage(3, LogLevel.Warning,
            "The ledger of batch {Batch} is an older one: its orders are indexed from the beginning")]
        public static partial void Older(ILogger log, string batch);
    }
}
