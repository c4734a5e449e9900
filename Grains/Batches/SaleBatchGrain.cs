using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The actor of a batch: decides by the rules, commits through the ledger, and answers only then.
/// </summary>
/// <remarks>
/// Reentrant so that requests join one commit: every decision and its entries are made synchronously, before the first
/// await, so no two decisions interleave; what follows the await only tells what was decided. It awaits no order actor
/// while it decides or commits.
/// </remarks>
[Reentrant, RandomPlacement]
public sealed partial class SaleBatchGrain(
    ILedger ledger, TimeProvider time, IClockCheck clock, BatchLeads leads, BatchReminder reminder, RefundWatch refundWatch,
    IOptions<OrderOptions> orderOptions, ILogger<SaleBatchGrain> log) : Grain, ISaleBatchGrain, IRemindable
{
    /// <summary>How often deadlines, refunds and the activation's own life are looked after.</summary>
    public static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Most holds released in one commit; the rest follow in the next.</summary>
    public const int MaxReleasesPerCommit = 1_000;

    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    private SaleBatch _batch = new();
    private StreamAppender<Counts> _appender = null!;
    private EntryWriter _writer = null!;
    private RosterCount _roster = null!;
    private RefundSweep _refunds = null!;
    private BatchTime _time = null!;
    private long _activatedAt;
    private DateTimeOffset? _aheadSince;
    private long _replayedTo;
    private long _settledAt = -1;
    private bool _isReminded;
    private bool _isDoomed;

    private string Id => this.GetPrimaryKeyString();

    private long GraceMilliseconds => orderOptions.Value.GraceSeconds * 1000L;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (ClockFault() is { } fault) throw fault;
        if (await ReplayAsync(cancellationToken) is not { } head) return;
        _appender = new(ledger, Streams.OfBatch(Id), head, () => Counts.Of(_batch));
        _replayedTo = head.Seq;
        _writer = new EntryWriter(Id);
        _activatedAt = time.GetTimestamp();
        _time = new BatchTime(_batch.LastAt, TimeSpan.Zero);
        _roster = new RosterCount(ledger, Streams.OfReservations(Id));
        _refunds = new RefundSweep(_batch, time, MakeRefundAsync, refundWatch, log);
        if (_batch.Terms is null) return;
        NoteLead();
        Log.Activated(log, Id, head.Seq);
        StartTicking();
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        EndUpkeep();
        if (_isDoomed || _damage is not null) return;
        try
        {
            await _appender.SettledAsync().WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is LedgerFencedException or LedgerUnavailableException or OperationCanceledException)
        {
            // Nobody was told anything that rests on it; the next activation reads what is stored.
            Log.LeftUnsettled(log, Id, e.Message);
        }
    }

    /// <inheritdoc />
    public async Task<Answer<bool>> CreateAsync(BatchTerms terms)
    {
        var created = Take(OperatorRules.DecideCreate(_batch, terms), Now());
        if (created.Value) StartTicking();
        var told = await ToldAsync(created);
        // Who watches the silos knows by this line which of them has the batch: a new one was active before it was there.
        if (created.Value) Log.Activated(log, Id, 1);
        return told;
    }

    /// <inheritdoc />
    public async Task<PurchaseOutcomes> PurchaseAsync(PurchaseCall call)
    {
        var requests = call.Requests;
        var outcomes = new PurchaseOutcome[requests.Length];
        var now = ReleaseDue();
        for (var i = 0; i < requests.Length; i++) outcomes[i] = Take(PurchaseRules.Decide(_batch, requests[i], now), now);
        return await ToldAsync(new PurchaseOutcomes(outcomes));
    }

    /// <inheritdoc />
    public async Task<BoardUpdate?> ReadBoardAsync(int fromUser)
    {
        RequireSound();
        // The roster's count first: it may wait for storage, and the counts should be the newest.
        var reserved = await _roster.ReadAsync();
        if (_appender.Committed.Seq == 0)
        {
            await ToldAsync(false);
            return null;
        }
        var (head, counts) = (_appender.Committed, _appender.CommittedState);
        var users = new ulong[Math.Clamp(counts.KnownUsers - fromUser, 0, BoardUpdate.MaxUsers)];
        for (var i = 0; i < users.Length; i++) users[i] = _batch.KnownUsers[fromUser + i];
        return await ToldAsync(new BoardUpdate(
            new BatchSnapshot(head.Seq, head.Hash, counts.Stock, counts.Free, counts.Held, counts.Sold, counts.Withdrawn, reserved,
                Standby: 0, counts.IsPaused, counts.IsClosed, counts.KnownUsers, Lead()), users));
    }

    /// <inheritdoc />
    public Task<Answer<OrderView>> GetOrderAsync(long order, string? owner) => ToldAsync(ViewOf(order, owner));

    /// <inheritdoc />
    public Task<OrderPage> ListOrdersOfAsync(string user)
    {
        var orders = new List<OrderView>();
        for (var order = _batch.LatestOrderOf(user); order is not null; order = order.Previous) orders.Add(_batch.View(order));
        orders.Reverse();
        return ToldAsync(new OrderPage([.. orders]));
    }

    /// <inheritdoc />
    public Task<OrderPage> ListOrdersAsync(long after, int limit) =>
        ToldAsync(new OrderPage([.. _batch.OrdersAfter(after).Take(limit).Select(_batch.View)]));

    /// <inheritdoc />
    public async Task<Answer<OrderView>> CancelOrderAsync(long order, string? owner)
    {
        var now = ReleaseDue();
        var refusal = Take(HoldRules.DecideCancel(_batch, order, owner), now);
        return await ToldAsync(refusal is { } no ? no : ViewOf(order, owner));
    }

    /// <inheritdoc />
    public async Task<Answer<OrderView>> RecordCheckoutAsync(long order, string checkout)
    {
        var now = ReleaseDue();
        var refusal = Take(PaymentRules.DecideCheckout(_batch, order, checkout, now), now);
        return await ToldAsync(refusal is { } no ? no : ViewOf(order, owner: null));
    }

    /// <inheritdoc />
    public async Task<Answer<CaptureResult>> CaptureAsync(Capture capture)
    {
        var now = Now();
        return await ToldAsync(Take(PaymentRules.DecideCapture(_batch, capture, now, GraceMilliseconds), now));
    }

    /// <inheritdoc />
    public async Task<Answer<bool>> OperateAsync(OperatorCommand command)
    {
        var now = ReleaseDue();
        return await ToldAsync(Take(OperatorRules.Decide(_batch, command), now));
    }

    /// <inheritdoc />
    public async Task<Answer<bool>> CancelReservationAsync(string user, long version)
    {
        var now = ReleaseDue();
        return await ToldAsync(Take(HoldRules.DecideReservationCancelled(_batch, user, version), now));
    }

    /// <inheritdoc />
    public Task<long> GetCancelledVersionAsync(string user) => ToldAsync(_batch.CancelledVersionOf(user));

    /// <summary>
    /// The second net: being called it is active, and its own timer does the rest. A batch whose ledger was lost needs none.
    /// </summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        _batch.Terms is null && _damage is null ? reminder.ClearAsync(this.GetGrainId()) : Task.CompletedTask;

    /// <inheritdoc />
    public Task<DateTimeOffset> GetTimeAsync() => Task.FromResult(DateTimeOffset.FromUnixTimeMilliseconds(Now()));

    /// <inheritdoc />
    public Task<bool> WakeAsync() => Task.FromResult(!IsSettled());

    private Answer<OrderView> ViewOf(long seq, string? owner) =>
        _batch.FindOrder(seq) is { } order && (owner is null || order.User == owner) ? _batch.View(order) : Refusal.NotFound;

    private long Now()
    {
        RequireSound();
        return NowAt(Clock());
    }

    private long NowAt(long clock) => _time.At(clock, time.GetElapsedTime(_activatedAt));

    private long Clock() => time.GetUtcNow().ToUnixTimeMilliseconds();

    // By how much the batch's time is ahead of the clock.
    private TimeSpan Lead()
    {
        var clock = Clock();
        return TimeSpan.FromMilliseconds(NowAt(clock) - clock);
    }

    // Due holds end before anything else is decided, so that their units are there and no one deals with a dead hold.
    private long ReleaseDue()
    {
        var now = Now();
        for (var i = 0; i < MaxReleasesPerCommit && HoldRules.NextDue(_batch, now, GraceMilliseconds) is { } released; i++)
            Record(released, now);
        return now;
    }

    // What a decision was made at is when it happened: the entry carries the same instant as the outcome.
    private T Take<T>(Decision<T> decision, long now)
    {
        if (decision.First is not null) Record(decision.First, now);
        if (decision.Second is not null) Record(decision.Second, now);
        return decision.Outcome;
    }

    private void Record(BatchEntry entry, long at)
    {
        var seq = _batch.LastSeq + 1;
        _batch.Apply(seq, at, entry);
        _time.Entered(at);
        _writer.Write(_appender.Lines, seq, at, entry);
        _appender.Added();
    }

    // Everything leaves through here: what was decided is told once what it rests on is durable, or not at all.
    private async Task<T> ToldAsync<T>(T outcome)
    {
        RequireSound();
        try
        {
            await _appender.SettledAsync();
            if (_appender.Committed.Seq > _replayedTo && Dooms.Succeeds() is { } dooms) Log.Vouched(log, dooms);
            return outcome;
        }
        catch (Exception e) when (e is LedgerFencedException or LedgerUnavailableException)
        {
            Doom(e);
            throw;
        }
    }
}
