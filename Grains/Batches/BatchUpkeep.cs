using System.Globalization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Maintains a batch while it is active. It runs the timer that does due work, the refunds and the reminder, and it
/// reports to the catalogue and the operators.
/// </summary>
internal sealed partial class BatchUpkeep
{
    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all batches of this process: when storage fails, many activations end together.
    private static readonly Outage Abandoned = new("batch"), Settling = new("settling");

    private readonly IGrainBase _grain;
    private readonly DurableBatch _batch;
    private readonly IGrainFactory _grains;
    private readonly IClockCheck _clock;
    private readonly BatchReminder _reminder;
    private readonly BatchLeads _leads;
    private readonly TimeProvider _timeProvider;
    private readonly Action<TimeSpan> _delayDeactivation;
    private readonly ILogger _log;
    private readonly RefundSweep _refunds;
    private readonly CheckoutSweep _checkouts;
    private readonly RecalledCheckouts _recalled;
    private readonly NewsCall _news;
    private readonly FollowerCall _follower;
    private readonly ScheduleNote _schedule;
    private readonly BatchErasure _erasure;
    private readonly Outage _erasing = new("erasing");
    private DateTimeOffset? _aheadSince;
    private long _settledAt = -1;
    private bool _isReminded;

    /// <summary>Prepares the upkeep of an activation; nothing runs before <see cref="Start"/>.</summary>
    public BatchUpkeep(
        IGrainBase grain, DurableBatch batch, ILedger ledger, IDocumentPurge purge, IGrainFactory grains,
        IClockCheck clock, BatchReminder reminder, BatchLeads leads, PaymentProviders providers,
        RefundWatch refundWatch, CheckoutWatch checkoutWatch, IPostPublisher places, Followers followers,
        TimeProvider timeProvider, Action<TimeSpan> delayDeactivation, ILogger log)
    {
        (_grain, _batch, _grains, _clock, _reminder, _leads) = (grain, batch, grains, clock, reminder, leads);
        (_timeProvider, _delayDeactivation, _log) = (timeProvider, delayDeactivation, log);
        _refunds = new RefundSweep(batch.State, timeProvider, RefundAsync, refundWatch, log);
        _checkouts = new CheckoutSweep(
            batch.State, new CheckoutAsker(batch, new CaptureCall(batch, log), providers, grains),
            batch.GraceMilliseconds, checkoutWatch);
        _recalled = new RecalledCheckouts(batch.State, order => _checkouts.Watch(order, batch.Now));
        _news = new NewsCall(batch.State, places, grains, log);
        Backlog = new BacklogCall(batch, places, grains, log);
        _follower = new FollowerCall(followers, batch.Id, timeProvider, log);
        _schedule = new ScheduleNote(batch.State, grains, log);
        _erasure = new BatchErasure(batch, ledger, purge, grains);
    }

    /// <summary>
    /// Whether the batch has no work left: the sale has ended, nothing is held, recalled or owed, no checkout is
    /// watched, the news for buyers and the backlog are handed over, and a requested removal of personal data is
    /// complete.
    /// </summary>
    public bool IsSettled => _batch.State is var state && (state.Terms is null
        || (state.Directing.IsEnded && !state.IsRecalling && state.Stock.Held == 0 && state.Orders.Returns.Holds == 0
            && state.Payments.Owed.Count == 0 && _checkouts.IsIdle && _news.IsIdle && Backlog.IsIdle
            && (!state.Directing.IsAnonymised || _erasure.IsDone)));

    /// <summary>What the batch has to do with its product's backlog.</summary>
    public BacklogCall Backlog { get; }

    /// <summary>Removes the personal data; completes when all of it is removed.</summary>
    public Task ErasePersonalDataAsync() => _erasure.RunAsync();

    /// <summary>Starts the timer. Call it once the batch is created.</summary>
    public void Start()
    {
        NoteLead();
        _grain.RegisterGrainTimer(
            TickAsync, new GrainTimerCreationOptions(Agenda.Period, Agenda.Period) { Interleave = true });
    }

    /// <summary>Ends the upkeep: the batch leaves this silo's figures.</summary>
    public void End()
    {
        if (_batch.State.Terms is null) return;
        _refunds.End();
        _leads.Forget(_batch.Id);
    }

    /// <summary>
    /// Deactivates the batch because its state may differ from the ledger. The next activation reads it from storage.
    /// </summary>
    public void Abandon(Exception reason)
    {
        if (Abandoned.Fails(reason.GetType().Name)) Log.Abandoned(_log, _batch.Id, reason.Message);
        _grain.DeactivateOnIdle();
    }

    /// <summary>
    /// Has the checkout of an order watched: one that was opened now, or whose order was cancelled or revived now.
    /// </summary>
    public void WatchCheckoutOf(long order)
    {
        if (_batch.State.Orders.Find(order) is { } found) _checkouts.Watch(found, _batch.Now);
    }

    /// <summary>Looks anew at what is owed of a payment, because there is news of it.</summary>
    public void RenewRefund(PaymentId payment) => _refunds.Renew(payment);

    /// <summary>Whether the provider is being asked for a refund.</summary>
    public bool IsTryingRefund(PaymentId payment) => _refunds.IsTrying(payment);

    /// <summary>The faults of this batch that need an operator now.</summary>
    public Fault[] ListFaults()
    {
        if (_batch.State.Terms is null) return [];
        NoteLead();
        IEnumerable<Fault> faults = _refunds.Faults();
        if (_aheadSince is { } since)
            faults = faults.Prepend(new Fault(FaultKind.Clock, _batch.Id, since, DescribeLead(_batch.Lead)));
        return [.. faults];
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        var journal = _batch.Journal;
        if (journal.IsAbandoned) return;
        // A silo whose clock is off must not date entries: the batch continues on another silo.
        if (_clock.Fault is { } fault)
        {
            journal.Abandon(new SaleUnavailableException($"{_batch.Id}: {fault}"));
            return;
        }
        try
        {
            // Due entries are committed in groups until none is left. So a hold ends within a second of its deadline,
            // however many end with it.
            do
            {
                _batch.DoDue();
                if (journal.MustConfirmNow()) await journal.WhenDurableAsync(true);
            }
            while (_batch.IsDue);
            if (journal.Committed.Seq > _batch.ReadSeq && Abandoned.Succeeds() is { } failures)
                Log.Commits(_log, failures);
            NoteLead();
            _refunds.Start(journal.WhenDurableAsync);
            _recalled.Close();
            _checkouts.Start(_batch.Now);
            _news.Start(journal.Committed.Seq);
            Backlog.Start();
            _follower.Start(journal.Committed.Seq);
            _schedule.Start(journal.Committed.Seq);
            // Beside the ticks: it may take long, and refunds and deadlines do not wait for it.
            if (_batch.State.Directing.IsAnonymised && !_erasure.IsDone && !_erasure.IsRunning) _ = GoOnErasingAsync();
            await SettleAsync();
        }
        catch (SaleUnavailableException)
        {
            // The journal has been abandoned and has logged it.
        }
    }

    private async Task GoOnErasingAsync()
    {
        try
        {
            await _erasure.RunAsync();
            if (_erasing.Ends() is { } failures) Log.Erased(_log, _batch.Id, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next tick goes on, or the next activation.
            if (_erasing.Fails(e.GetType().Name)) Log.NotErased(_log, _batch.Id, e.Message);
        }
    }

    // Reports to the catalogue the head at which the batch is settled.
    private async Task SettleAsync()
    {
        var batch = _grain.GrainContext.GrainId;
        if (!IsSettled)
        {
            _delayDeactivation(KeptAliveFor);
            _isReminded = _isReminded || await _reminder.SetAsync(batch);
            if (_settledAt > 0) await NotifyCatalogueAsync(0);
            return;
        }
        if (_settledAt == _batch.State.LastSeq) return;
        _isReminded = !await _reminder.ClearAsync(batch);
        await NotifyCatalogueAsync(_batch.State.LastSeq);
    }

    private async Task NotifyCatalogueAsync(long settledAt)
    {
        try
        {
            var isAnonymised = settledAt > 0 && _batch.State.Directing.IsAnonymised;
            await _grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key)
                .SettleAsync(_batch.Id, settledAt, isAnonymised);
            _settledAt = settledAt;
            if (Settling.Succeeds() is { } failures) Log.Settles(_log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The report only spares the next start from waking the batch. The next tick retries.
            if (Settling.Fails(e.GetType().Name)) Log.NotSettled(_log, _batch.Id, e.Message);
        }
    }

    private async Task<RefundTry> RefundAsync(Payment payment)
    {
        var order = _grains.GetGrain<IOrderGrain>(OrderId.Of(_batch.Id, payment.Order));
        var left = payment.Left;
        var tried = await order.RefundAsync(payment.Id.Provider, payment.Id.Id, left, payment.RefundedThere);
        if (tried.Refund is { } refund)
        {
            var whyNot = await _batch.CommitAsync(
                PaymentRules.DecideRefunded(_batch.State, payment.Id, refund, left), _batch.Now);
            if (whyNot is null) return tried;
            await order.ForgetRefundAsync(payment.Id.Provider, payment.Id.Id);
            tried = new RefundTry(RefundOutcome.Refused, null, whyNot);
        }
        // What a provider says is recorded. That it said nothing is not: it would be said of every refund at once.
        if (tried.Outcome is RefundOutcome.Refused or RefundOutcome.UnderWay)
            await _batch.CommitAsync(NoticeRules.DecideStalled(_batch.State, payment.Id, tried.Code!), _batch.Now);
        return tried;
    }

    // Logs when a lead begins and when it has ended.
    private void NoteLead()
    {
        var lead = _batch.Lead;
        if (lead > BatchTime.Tolerated)
        {
            _leads.Note(_batch.Id, lead);
            if (_aheadSince is not null) return;
            _aheadSince = _timeProvider.GetUtcNow();
            Log.Ahead(_log, _batch.Id, DescribeLead(lead));
        }
        else if (_aheadSince is not null)
        {
            _leads.Forget(_batch.Id);
            _aheadSince = null;
            Log.CaughtUp(_log, _batch.Id);
        }
    }

    private static string DescribeLead(TimeSpan lead) => string.Create(CultureInfo.InvariantCulture,
        $"A clock that was ahead dated the ledger's last entry, and time never runs backwards. So the batch's time goes"
        + $" on {lead.TotalSeconds:0.0} s ahead of the clock, and its schedule comes that much early.");

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning,
            "Batch {Batch} deactivates, its state may differ from the ledger; others are only counted: {Reason}")]
        public static partial void Abandoned(ILogger log, string batch, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Batch {Batch}: {Lead}")]
        public static partial void Ahead(ILogger log, string batch, string lead);

        [LoggerMessage(5, LogLevel.Information, "Batch {Batch}: the clock has caught up with the ledger")]
        public static partial void CaughtUp(ILogger log, string batch);

        [LoggerMessage(6, LogLevel.Information,
            "Batches commit again, after {Failures} activations whose state might differ from the ledger")]
        public static partial void Commits(ILogger log, int failures);

        [LoggerMessage(7, LogLevel.Warning,
            "The catalogue could not note that batch {Batch} is settled; it is retried: {Reason}")]
        public static partial void NotSettled(ILogger log, string batch, string reason);

        [LoggerMessage(9, LogLevel.Warning,
            "Batch {Batch}: personal data could not be removed yet; it is retried: {Reason}")]
        public static partial void NotErased(ILogger log, string batch, string reason);

        [LoggerMessage(13, LogLevel.Information, "Batch {Batch}: personal data is removed, after {Failures} failures")]
        public static partial void Erased(ILogger log, string batch, int failures);

        [LoggerMessage(8, LogLevel.Information,
            "The catalogue notes settled batches again, after {Failures} failures")]
        public static partial void Settles(ILogger log, int failures);
    }
}
