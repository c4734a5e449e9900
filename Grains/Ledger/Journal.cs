using System.Buffers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Group commit for one stream: while one append is in flight, the lines that follow gather and go out together as the
/// next. Used by one actor on its own scheduler; not thread-safe.
/// </summary>
/// <remarks>
/// The safety argument: the actor's live state runs ahead of storage, so none of its answers may leave before
/// <see cref="WhenDurableAsync"/> completes. That is either the commit of everything gathered so far (which the ledger
/// refuses if anybody else wrote: the fence), or, with nothing pending, a confirmation not older than
/// <see cref="ConfirmedFor"/> that the stored head is still ours. An activation that was frozen, or replaced without
/// knowing it, therefore fails here and stays silent. Once failed it is abandoned and stays so: what the actor holds in
/// memory is worth nothing, and it has to be activated anew from storage.
/// </remarks>
/// <typeparam name="TState">
/// What is known as of the committed head; captured when a group is sealed, published when it is stored.
/// </typeparam>
/// <param name="ledger">Where it is stored.</param>
/// <param name="stream">The stream.</param>
/// <param name="head">Its head, as the actor read it.</param>
/// <param name="capture">Captures the state.</param>
/// <param name="abandoned">Called once, with the reason, when the activation cannot go on.</param>
public sealed class Journal<TState>(
    ILedger ledger, string stream, LedgerHead head, Func<TState> capture, Action<Exception> abandoned)
{
    /// <summary>How long a confirmation of the stored head counts.</summary>
    public static readonly TimeSpan ConfirmedFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a row whose append had no known outcome is appended again, identically, before giving up.
    /// </summary>
    public const int MaxAttempts = 5;

    /// <summary>How long one attempt may take before its outcome counts as unknown.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often an actor at rest, whom nobody asks, makes sure that it is not replaced: once in so many looks.
    /// </summary>
    public const int LooksPerConfirmation = 10;

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(20);

    // Suspension (SIGSTOP, a paused machine) must count as time gone by: the monotonic clock, not the one that tests
    // move.
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

    /// <summary>Where to write the next line, ended by a line feed; then call <see cref="Added"/>.</summary>
    public IBufferWriter<byte> Lines => _gathering ??= new PooledLines();

    /// <summary>Takes the line just written into the chain and the group.</summary>
    public void Added()
    {
        var line = _gathering!.Written.Span[_lineStart..^1];
        LedgerChain.Next(_tailHash, line, _tailHash);
        _lineStart = _gathering.WrittenCount;
        _gatheredCount++;
    }

    /// <summary>
    /// For an actor's timer: whether there is something to settle, or it was looked often enough without. At rest it
    /// tells nobody anything, so storage need not be asked each time.
    /// </summary>
    public bool IsDue() => _gatheredCount > 0 || _inFlight is not null || ++_looks % LooksPerConfirmation == 0;

    /// <summary>
    /// Says of each commit whether it leaves the stream open (<see cref="LedgerCommit.IsOpen"/>); open by default.
    /// </summary>
    public Func<bool> IsOpen { get; init; } = () => true;

    /// <summary>Whether this activation cannot go on.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Ends this activation's writing: it answers nothing any more. A repeat changes nothing.</summary>
    public void Abandon(Exception reason)
    {
        if (IsAbandoned) return;
        IsAbandoned = true;
        _failure ??= reason;
        abandoned(reason);
    }

    /// <summary>
    /// Returns the outcome once everything that it rests on is durable. Every answer leaves through here.
    /// </summary>
    /// <exception cref="LedgerFencedException">Somebody else writes this stream: this activation is stale.</exception>
    /// <exception cref="LedgerUnavailableException">
    /// Storage did not take it, or did not say so, within the bound.
    /// </exception>
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

    /// <summary>Completes when everything decided so far is durable; fails if it may not be answered.</summary>
    /// <exception cref="LedgerFencedException">Somebody else writes this stream: this activation is stale.</exception>
    /// <exception cref="LedgerUnavailableException">
    /// Storage did not take it, or did not say so, within the bound.
    /// </exception>
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
        // One question serves all who wait for it, but not those who come when it is itself too old to vouch for
        // anything.
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
                // After a second attempt the first may still be under way somewhere, with these bytes: they are not for
                // others.
                if (attempts == 1) lines.Return();
                done.SetResult();
            }
            catch (Exception e)
            {
                // Whatever a ledger throws, the outcome is unknown and this activation cannot go on.
                var failure = e as SaleUnavailableException
                    ?? Unavailable($"entry {Committed.Seq + 1} could not be stored for certain", e);
                Fail(failure);
                done.TrySetException(failure);
            }
        }
        _inFlight = null;
    }

    // A failed or timed-out append is unknown, not failed. Only the identical row, appended again, tells: it is
    // inserted or found. Returns how many attempts it took.
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
                    throw Unavailable($"entry {commit.FirstSeq} could not be stored for certain", e);
                await Task.Delay(delay);
                delay *= 4;
            }
        }
    }

    // It may complete at once or be overtaken by a later one, so whoever keeps its task looks whether that is over.
    private async Task ConfirmAsync(long started)
    {
        try
        {
            var before = Committed;
            var stored = await ledger.ReadHeadAsync(stream).WaitAsync(AttemptTimeout);
            // Our own append may have landed meanwhile; then its own outcome is the better witness.
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

    // The confirmation counts from before it was asked for: what was true at some moment since then.
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

/// <summary>Another writer has the stream: this activation is stale and must answer nothing.</summary>
[GenerateSerializer, Alias("OrleansSale.LedgerFencedException")]
public sealed class LedgerFencedException : SaleUnavailableException
{
    /// <summary>For the stream and the first entry that could not be written.</summary>
    public LedgerFencedException(string stream, long seq) : base($"{stream}: entry {seq} is another writer's")
    {
    }
}
