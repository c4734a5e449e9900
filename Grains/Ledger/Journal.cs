using System.Buffers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Group commit for one stream: while one append is in flight, the following lines gather and become the next append.
/// Used by one actor on its own scheduler; not thread-safe.
/// </summary>
/// <remarks>
/// The safety argument: the actor's live state runs ahead of storage, so it may send no answer before
/// <see cref="WhenDurableAsync"/> completes. If entries are pending, that is the commit of all of them; the ledger
/// refuses it if another writer has written (the fence). If nothing is pending, it is a confirmation that the stored
/// head is still ours, not older than <see cref="ConfirmedFor"/>. So an activation that was frozen, or replaced without
/// knowing it, fails here and answers nothing. A failed journal is abandoned for good: the actor's memory cannot be
/// trusted, and the actor must be activated again from storage.
/// </remarks>
/// <typeparam name="TState">
/// The state at the committed head; captured when a group is sealed, published when it is stored.
/// </typeparam>
/// <param name="ledger">The ledger.</param>
/// <param name="stream">The stream.</param>
/// <param name="head">The stream's head, as the actor read it.</param>
/// <param name="capture">Captures the state.</param>
/// <param name="abandoned">Called once, with the reason, when the activation cannot go on.</param>
public sealed class Journal<TState>(
    ILedger ledger, string stream, LedgerHead head, Func<TState> capture, Action<Exception> abandoned)
{
    /// <summary>How long a confirmation of the stored head is valid.</summary>
    public static readonly TimeSpan ConfirmedFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Most attempts to append one row; after an unknown outcome the identical row is appended again.
    /// </summary>
    public const int MaxAttempts = 5;

    /// <summary>How long one attempt may take before its outcome counts as unknown.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    /// <summary>An idle actor confirms its head once in this many calls of <see cref="MustConfirmNow"/>.</summary>
    public const int LooksPerConfirmation = 10;

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(20);

    // Time in suspension (SIGSTOP, a paused machine) must count. So this is the monotonic clock, not the clock that
    // tests move.
    private readonly TimeProvider _monotonic = TimeProvider.System;

    private PooledLines? _gathering;
    private int _gatheredCount;
    private int _lineStart;
    private byte[] _tailHash = [.. head.Hash];
    private TaskCompletionSource? _gatheringDone;
    private Task? _inFlight;
    private Task? _confirming;
    private Exception? _failure;
    private long _askedAt;
    private long _confirmedAt;
    private bool _everConfirmed;
    private int _looks;

    /// <summary>The last entry known to be stored.</summary>
    public LedgerHead Committed { get; private set; } = head;

    /// <summary>The state as of <see cref="Committed"/>.</summary>
    public TState CommittedState { get; private set; } = capture();

    /// <summary>The buffer for the next line, ended by a line feed. Call <see cref="Added"/> after each line.</summary>
    public IBufferWriter<byte> Lines => _gathering ??= new PooledLines();

    /// <summary>Adds the line that was just written to the chain and the group.</summary>
    public void Added()
    {
        var line = _gathering!.Written.Span[_lineStart..^1];
        LedgerChain.Next(_tailHash, line, _tailHash);
        _lineStart = _gathering.WrittenCount;
        _gatheredCount++;
    }

    /// <summary>
    /// For an actor's timer: whether entries are pending, or it is time to confirm the head again. An idle actor sends
    /// no answers, so it need not ask storage each time. Each call of an idle actor counts.
    /// </summary>
    public bool MustConfirmNow() =>
        _gatheredCount > 0 || _inFlight is not null || ++_looks % LooksPerConfirmation == 0;

    /// <summary>
    /// Tells for each commit whether it leaves the stream open (<see cref="LedgerCommit.IsOpen"/>); open by default.
    /// </summary>
    public Func<bool> IsOpen { get; init; } = () => true;

    /// <summary>Whether this activation cannot go on.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>
    /// Ends this activation: no further append begins, and waiting callers fail with the reason. An append in flight
    /// ends as usual, and its callers learn its outcome. A repeat changes nothing.
    /// </summary>
    public void Abandon(Exception reason)
    {
        if (IsAbandoned) return;
        IsAbandoned = true;
        Fail(reason);
        abandoned(reason);
    }

    /// <summary>
    /// Returns the outcome once everything that it depends on is durable. Every answer goes through here.
    /// </summary>
    /// <exception cref="LedgerFencedException">
    /// Another writer has written this stream: this activation is stale.
    /// </exception>
    /// <exception cref="LedgerUnavailableException">Storage did not confirm the commit within the bound.</exception>
    public async Task<T> WhenDurableAsync<T>(T outcome)
    {
        try
        {
            await WhenDurableAsync();
            return outcome;
        }
        catch (SaleUnavailableException e)
        {
            Abandon(e);
            throw;
        }
    }

    /// <summary>Completes when everything decided so far is durable; fails if no answer may be sent.</summary>
    /// <exception cref="LedgerFencedException">
    /// Another writer has written this stream: this activation is stale.
    /// </exception>
    /// <exception cref="LedgerUnavailableException">Storage did not confirm the commit within the bound.</exception>
    public Task WhenDurableAsync()
    {
        if (_failure is not null) return Task.FromException(_failure);
        if (_gatheredCount > 0)
        {
            _gatheringDone ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            var done = _gatheringDone.Task;
            if (_inFlight is null) _ = PumpAsync();
            return done;
        }
        if (_inFlight is not null) return _inFlight;
        if (_everConfirmed && _monotonic.GetElapsedTime(_confirmedAt) <= ConfirmedFor) return Task.CompletedTask;
        // All waiting callers share one confirmation. A confirmation that was requested too long ago is not shared.
        if (_confirming is not { IsCompleted: false } || _monotonic.GetElapsedTime(_askedAt) > ConfirmedFor)
        {
            _askedAt = _monotonic.GetTimestamp();
            _confirming = ConfirmAsync(_askedAt);
        }
        return _confirming;
    }

    private async Task PumpAsync()
    {
        while (_gatheredCount > 0 && _failure is null)
        {
            var done = _gatheringDone ?? new(TaskCreationOptions.RunContinuationsAsynchronously);
            _inFlight = done.Task;
            try
            {
                var (lines, state) = (_gathering!, capture());
                var commit = new LedgerCommit(
                    stream, Committed.Seq + 1, _gatheredCount, lines.Written, Committed.Hash, [.. _tailHash])
                { IsOpen = IsOpen() };
                (_gathering, _gatheredCount, _lineStart, _gatheringDone) = (null, 0, 0, null);
                var attempts = await AppendAsync(commit);
                Committed = new LedgerHead(commit.LastSeq, commit.Hash);
                CommittedState = state;
                // After a second attempt the first may still use these bytes, so they are not returned to the pool.
                if (attempts == 1) lines.Return();
                done.SetResult();
            }
            catch (Exception e)
            {
                // After any exception the outcome is unknown, so this activation cannot go on.
                var failure = e as SaleUnavailableException
                    ?? Unavailable($"it is unknown whether entry {Committed.Seq + 1} was stored", e);
                Fail(failure);
                done.TrySetException(failure);
            }
        }
        _inFlight = null;
    }

    // The outcome of a failed or timed-out append is unknown. Appending the identical row again resolves it: the row is
    // inserted or found. Returns the number of attempts.
    private async Task<int> AppendAsync(LedgerCommit commit)
    {
        var delay = FirstRetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            var started = _monotonic.GetTimestamp();
            try
            {
                if (await ledger.AppendAsync(commit).WaitAsync(AttemptTimeout) == AppendOutcome.Fenced)
                    throw new LedgerFencedException(stream, commit.FirstSeq);
                Confirm(started);
                return attempt;
            }
            catch (Exception e) when (e is LedgerUnavailableException or TimeoutException)
            {
                if (attempt == MaxAttempts)
                    throw Unavailable($"it is unknown whether entry {commit.FirstSeq} was stored", e);
                await Task.Delay(delay);
                delay *= 4;
            }
        }
    }

    // A confirmation may complete at once, or a later one may overtake it. So holders of its task check whether it has
    // completed.
    private async Task ConfirmAsync(long started)
    {
        try
        {
            var before = Committed;
            var stored = await ledger.ReadHeadAsync(stream).WaitAsync(AttemptTimeout);
            // Our own append may have been stored meanwhile; then its outcome counts.
            if (_inFlight is { } append) await append;
            else if (_failure is not null) throw _failure;
            else if (Committed != before || stored.Matches(Committed)) Confirm(started);
            else throw new LedgerFencedException(stream, Committed.Seq + 1);
        }
        catch (Exception e) when (e is TimeoutException or LedgerFormatException)
        {
            throw Unavailable("the head could not be confirmed", e);
        }
        catch (LedgerFencedException e)
        {
            Fail(e);
            throw;
        }
    }

    // The confirmation is valid from the start of its request: the head was ours at some moment since then.
    private void Confirm(long started) =>
        (_confirmedAt, _everConfirmed) = (_everConfirmed ? Math.Max(started, _confirmedAt) : started, true);

    private LedgerUnavailableException Unavailable(string what, Exception e) => new($"{stream}: {what}", e);

    private void Fail(Exception e)
    {
        _failure ??= e;
        _gatheringDone?.TrySetException(e);
        _gatheringDone = null;
    }
}

/// <summary>Another writer has written the stream: this activation is stale and must answer nothing.</summary>
[GenerateSerializer, Alias("OrleansSale.LedgerFencedException")]
public sealed class LedgerFencedException : SaleUnavailableException
{
    /// <summary>Names the stream and the first entry that could not be written.</summary>
    public LedgerFencedException(string stream, long seq) : base($"{stream}: another writer has written entry {seq}")
    {
    }
}
