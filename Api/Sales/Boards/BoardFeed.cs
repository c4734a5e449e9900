using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// A front's copy of one batch: its board, and the users to whom only the batch may answer. While somebody buys from
/// the batch or watches it, one poll for everybody refreshes the copy all the time. Otherwise the copy is refreshed
/// when somebody asks for it and it is too old, by one question for everybody. A copy that nobody asks for costs
/// nothing. If the batch does not answer, the last copy stays.
/// </summary>
/// <remarks>
/// A copy is published only after those users up to its own head are in <see cref="AnsweredByBatch"/>. So before the
/// front refuses anybody as sold out, it knows every holder of the units that the copy counts.
/// </remarks>
public sealed partial class BoardFeed(
    ListedBatch listed, IGrainFactory grains, TimeProvider timeProvider, PollPace pace, ILogger<BoardFeed> log,
    CancellationToken stopping)
{
    /// <summary>The oldest copy that a front answers from.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a reader waits for a newer copy, and for the first one.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(100), FirstWait = TimeSpan.FromSeconds(5);

    /// <summary>Between two polls of a batch whose ledger is damaged.</summary>
    public static readonly TimeSpan DamagedPollInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a caller of <see cref="CatchUpAsync"/> waits for each of its two polls.</summary>
    public static readonly TimeSpan MaxCatchUp = TimeSpan.FromSeconds(2);

    /// <summary>Polling ends this long after the last purchase or viewer.</summary>
    public static readonly TimeSpan InterestLasts = TimeSpan.FromSeconds(3);

    private readonly FeedKey _key = new(listed, grains);
    private readonly Lock _starting = new();
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly BoardAnswers _answers = new(listed.Terms.Id, log);
    private readonly BoardReader _reader = new(listed.Terms.Id, grains);
    private ListedBatch _listed = listed;
    private Task<BoardCopy?>? _refreshing;
    private BoardCopy? _current;
    private BoardText? _text;
    private long _interestAt;
    private long _knownHead;
    private bool _isPolling;

    /// <summary>The terms of the batch. Its stock may have been raised since: see the copy.</summary>
    public BatchTerms Terms { get; } = listed.Terms;

    /// <summary>The batch as the catalogue last listed it.</summary>
    public ListedBatch Listed { get => Volatile.Read(ref _listed); internal set => Volatile.Write(ref _listed, value); }

    /// <summary>The schedule in force, as of the newest copy.</summary>
    public Schedule Schedule => Current?.Snapshot.Schedule ?? Listed.Schedule;

    /// <summary>Whether the personal data was removed. Then the batch knows no users any more.</summary>
    public bool IsAnonymised => Current is { Snapshot.Anonymised: true };

    /// <summary>
    /// The batch's key, which makes aliases of users. Null: it was removed (<see cref="IsAnonymised"/>), or it is lost.
    /// </summary>
    public BatchKey? Key => IsAnonymised ? null : _key.Found;

    /// <summary>Users to whom only the batch may answer.</summary>
    public UsersAnsweredByBatch AnsweredByBatch => _reader.AnsweredByBatch;

    /// <summary>Those who watch what they have in the batch. Each of them is a viewer too.</summary>
    public WatchedBuyers Buyers => _reader.Buyers;

    /// <summary>The highest sequence this front has seen committed.</summary>
    public long KnownHead => Volatile.Read(ref _knownHead);

    /// <summary>Whether the batch's ledger was damaged when the batch was last asked.</summary>
    public bool IsDamaged => _answers.IsDamaged;

    /// <summary>The announcements for its viewers; null: none are shown.</summary>
    public AnnouncementFeed? Announcements { get; init; }

    /// <summary>What its viewers see.</summary>
    public BoardStream Stream { get; } = new(listed.Terms, timeProvider);

    /// <summary>The newest copy, however old; null: the batch has never answered.</summary>
    public BoardCopy? Current => Volatile.Read(ref _current);

    /// <summary>Whether the batch left the last question without an answer.</summary>
    public bool IsSilent => _answers.IsSilent;

    /// <summary>
    /// For a purchase: the copy if it is fresh enough to answer from, else null; either way it is refreshed from now
    /// on.
    /// </summary>
    public BoardCopy? Fresh()
    {
        ShowInterest();
        return Current is { } copy && _monotonic.GetElapsedTime(copy.AskedAt) <= MaxAge ? copy : null;
    }

    /// <summary>
    /// A fresh copy; if the batch does not answer at once, the last one; null if there never was one. The batch is
    /// called at most once in <see cref="MaxAge"/>, and only if somebody reads.
    /// </summary>
    /// <exception cref="StorageDamagedException">The batch's ledger is damaged.</exception>
    public async ValueTask<BoardCopy?> ReadAsync()
    {
        if (Current is not { } last) return await ReadFirstAsync();
        if (_monotonic.GetElapsedTime(last.AskedAt) <= MaxAge) return last;
        try
        {
            var copy = await RefreshAsync().WaitAsync(MaxWait);
            _answers.RequireSound();
            return copy ?? last;
        }
        catch (TimeoutException)
        {
            return last;
        }
    }

    /// <summary>
    /// The text of the newest copy at this instant of the front's clock; null if there never was one.
    /// </summary>
    public BoardText? TextAt(DateTimeOffset clock)
    {
        if (Current is not { } copy) return null;
        var (text, phase) = (Volatile.Read(ref _text), BoardBody.PhaseOf(copy.Snapshot, clock));
        if (text is null || !text.IsOf(copy.Snapshot, phase))
            Volatile.Write(ref _text, text = new BoardText(Terms, copy.Snapshot, phase));
        return text;
    }

    // There is no older copy, so a failure is retried: the batch may be moving from one silo to another.
    private async Task<BoardCopy?> ReadFirstAsync()
    {
        var started = _monotonic.GetTimestamp();
        try
        {
            while (true)
            {
                var left = FirstWait - _monotonic.GetElapsedTime(started);
                if (left < TimeSpan.Zero) left = TimeSpan.Zero;
                if (await RefreshAsync().WaitAsync(left) is { } first) return first;
                _answers.RequireSound();
                await Task.Delay(PollPace.MinInterval, _monotonic);
            }
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// Renews the copy to include everything the caller has seen committed. False: the batch did not answer in time.
    /// </summary>
    /// <exception cref="StorageDamagedException">The batch's ledger is damaged.</exception>
    public async Task<bool> CatchUpAsync()
    {
        // A poll under way may have begun before the call. The next poll has not.
        await TryRefreshAsync();
        var isRefreshed = await TryRefreshAsync();
        _answers.RequireSound();
        return isRefreshed;
    }

    /// <summary>
    /// Takes in orders and places that this front is about to answer with. From now on only the batch answers their
    /// users.
    /// </summary>
    public void Learn(ReadOnlySpan<PurchaseOutcome> outcomes)
    {
        AnsweredByBatch.Add(outcomes);
        var seq = 0L;
        foreach (var outcome in outcomes) seq = Math.Max(seq, outcome.Order?.Seq ?? 0);
        Raise(seq);
    }

    /// <summary>
    /// <see cref="Key"/>. If there is none, the batch is asked whether it was removed, and it is looked for.
    /// </summary>
    /// <exception cref="StorageDamagedException">The batch's ledger is damaged.</exception>
    public async ValueTask<BatchKey?> FindKeyAsync()
    {
        if (Key is null && !IsAnonymised) await ReadAsync();
        return Key;
    }

    private async Task<bool> TryRefreshAsync()
    {
        try
        {
            return await RefreshAsync().WaitAsync(MaxCatchUp, _monotonic) is not null;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Raise(long seq)
    {
        for (var known = KnownHead; known < seq; known = KnownHead)
            Interlocked.CompareExchange(ref _knownHead, seq, known);
    }

    /// <summary>Asks the batch, once for all who ask meanwhile. Null: it did not answer.</summary>
    public Task<BoardCopy?> RefreshAsync()
    {
        lock (_starting)
        {
            if (_refreshing is { IsCompleted: false } running) return running;
            return _refreshing = Task.Run(AskAsync);
        }
    }

    private async Task<BoardCopy?> AskAsync()
    {
        try
        {
            if (await _reader.ReadAsync() is not { } copy)
            {
                _answers.Damaged("the catalogue has a batch that the ledger does not have");
                return null;
            }
            Raise(copy.Snapshot.Seq);
            Volatile.Write(ref _current, copy);
            _answers.Came();
            if (Key is null && !IsAnonymised) await _key.SeekAsync();
            return copy;
        }
        catch (StorageDamagedException e)
        {
            // It was logged once, where it was found.
            _answers.Damaged(e.Message);
            return null;
        }
        catch (Exception e)
        {
            // A batch that stops with the whole engine is not a failure to log.
            _answers.Failed(e, isLogged: !stopping.IsCancellationRequested);
            return null;
        }
    }
}
