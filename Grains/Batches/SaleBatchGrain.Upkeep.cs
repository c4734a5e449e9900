using System.Globalization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>What the batch does by itself, tick by tick, and what it tells of itself.</summary>
public sealed partial class SaleBatchGrain
{
    // Of all batches of this process: when storage fails, many end together.
    private static readonly Outage Dooms = new("batch"), Settling = new("settling");

    /// <inheritdoc />
    public Task<Fault[]> ListFaultsAsync()
    {
        if (_batch.Terms is null) return Task.FromResult<Fault[]>([]);
        NoteLead();
        IEnumerable<Fault> faults = _refunds.Faults();
        if (_aheadSince is { } since) faults = faults.Prepend(new Fault(FaultKind.Clock, Id, since, DescribeLead(Lead())));
        return Task.FromResult(faults.ToArray());
    }

    private void Doom(Exception e)
    {
        if (_isDoomed) return;
        _isDoomed = true;
        if (Dooms.Fails(e.GetType().Name)) Log.Doomed(log, Id, e.Message);
        DeactivateOnIdle();
    }

    private void StartTicking() => this.RegisterGrainTimer(
        TickAsync, new GrainTimerCreationOptions(TickPeriod, TickPeriod) { Interleave = true });

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (_isDoomed) return;
        if (ClockFault() is { } fault)
        {
            Doom(fault);
            return;
        }
        try
        {
            // Group after group: a hold ends within a second of its deadline, however many are due with it.
            do
            {
                ReleaseDue();
                if (_appender.IsDue()) await ToldAsync(true);
            }
            while (HoldRules.NextDue(_batch, Now(), GraceMilliseconds) is not null);
            NoteLead();
            _refunds.Start(_appender.SettledAsync);
            await SettleAsync();
        }
        catch (Exception e) when (e is LedgerFencedException or LedgerUnavailableException)
        {
            // Doomed and logged by ToldAsync.
        }
    }

    // A silo whose clock is off dates no entry: the batch goes on elsewhere.
    private SaleUnavailableException? ClockFault() => clock.Fault is { } fault ? new($"{Id}: {fault}") : null;

    // Open until closed with nothing held and nothing owed. The catalogue is told the head as of which there is nothing
    // left to do.
    private async Task SettleAsync()
    {
        if (!IsSettled())
        {
            DelayDeactivation(KeptAliveFor);
            _isReminded = _isReminded || await reminder.SetAsync(this.GetGrainId());
            // The clock was set back behind the closing.
            if (_settledAt > 0 || (_settledAt < 0 && _aheadSince is not null)) await TellCatalogueAsync(0);
            return;
        }
        if (_settledAt == _batch.LastSeq) return;
        _isReminded = !await reminder.ClearAsync(this.GetGrainId());
        await TellCatalogueAsync(_batch.LastSeq);
    }

    private async Task TellCatalogueAsync(long settledAt)
    {
        try
        {
            await GrainFactory.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).SettleAsync(Id, settledAt);
            _settledAt = settledAt;
            if (Settling.Succeeds() is { } failures) Log.Settles(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It spares a start from waking the batch, and nothing else; the next tick tries again.
            if (Settling.Fails(e.GetType().Name)) Log.NotSettled(log, Id, e.Message);
        }
    }

    // By the clock: a batch that is closed because its time is ahead is somebody's concern until its closing.
    private bool IsSettled() =>
        _batch.Terms is null
        || ((_batch.IsClosed || Clock() >= _batch.Terms.Schedule.SaleCloses.ToUnixTimeMilliseconds())
            && _batch.HeldUnits == 0 && _batch.OwedPayments.Count == 0);

    private async Task<RefundTry> MakeRefundAsync(Payment payment)
    {
        var order = GrainFactory.GetGrain<IOrderGrain>(OrderId.Of(Id, payment.Order));
        var tried = await order.RefundAsync(payment.Id, payment.Amount);
        if (tried.Refund is not { } refund) return tried;
        var whyNot = await ToldAsync(Take(PaymentRules.DecideRefunded(_batch, payment.Id, refund), Now()));
        return whyNot is null ? tried : new RefundTry(RefundOutcome.Refused, null, whyNot);
    }

    private void EndUpkeep()
    {
        if (_batch.Terms is null) return;
        _refunds.End();
        leads.Forget(Id);
    }

    // Told when it begins and when it has ended.
    private void NoteLead()
    {
        var lead = Lead();
        if (lead > BatchTime.Tolerated)
        {
            leads.Note(Id, lead);
            if (_aheadSince is not null) return;
            _aheadSince = time.GetUtcNow();
            Log.Ahead(log, Id, DescribeLead(lead));
        }
        else if (_aheadSince is not null)
        {
            leads.Forget(Id);
            _aheadSince = null;
            Log.CaughtUp(log, Id);
        }
    }

    private static string DescribeLead(TimeSpan lead) => string.Create(CultureInfo.InvariantCulture,
        $"The ledger's last entry was dated by a clock that was ahead, and time never runs backwards: the batch's time goes on from there,"
        + $" {lead.TotalSeconds:0.0} s ahead of the clock, so its schedule comes that much early.");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Batch {Batch} activated at entry {Seq}")]
        public static partial void Activated(ILogger log, string batch, long seq);

        [LoggerMessage(2, LogLevel.Warning,
            "Batch {Batch} deactivates, and others are only counted: this activation cannot vouch for its state: {Reason}")]
        public static partial void Doomed(ILogger log, string batch, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Batch {Batch} was deactivated with an unsettled commit: {Reason}")]
        public static partial void LeftUnsettled(ILogger log, string batch, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Batch {Batch}: {Lead}")]
        public static partial void Ahead(ILogger log, string batch, string lead);

        [LoggerMessage(5, LogLevel.Information, "Batch {Batch}: the clock has caught up with the ledger")]
        public static partial void CaughtUp(ILogger log, string batch);

        [LoggerMessage(7, LogLevel.Warning,
            "The catalogue could not note that batch {Batch} has nothing left to do; trying again: {Reason}")]
        public static partial void NotSettled(ILogger log, string batch, string reason);

        [LoggerMessage(8, LogLevel.Information,
            "The catalogue notes again what has nothing left to do, after {Failures} tries that failed")]
        public static partial void Settles(ILogger log, int failures);

        [LoggerMessage(6, LogLevel.Information, "Batches commit again, after {Failures} activations that could not vouch for their state")]
        public static partial void Vouched(ILogger log, int failures);
    }
}
