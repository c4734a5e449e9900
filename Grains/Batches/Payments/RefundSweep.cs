using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Makes the refunds that the batch owes, until each is made. What is owed is in the ledger, so a crash forgets
/// nothing: the next activation starts over, and the provider's idempotency key makes the second request the first
/// one's.
/// </summary>
/// <remarks>
/// Refunds that the provider never makes must keep none of the others waiting, so the tries go round: those that nobody
/// has asked for yet first, then those that have waited longest.
/// </remarks>
internal sealed partial class RefundSweep(
    SaleBatch batch, TimeProvider timeProvider, Func<Payment, Task<RefundTry>> refund, RefundWatch watch, ILogger log)
{
    /// <summary>Most refunds under way at a time, per batch.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Most stalled refunds that are listed one by one as faults of the batch.</summary>
    public const int MaxListed = 100;

    /// <summary>Longest pause between two tries of one refund. They never end: the money is owed.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    // A pause is up to this part of itself shorter, so that those refused together do not come again together.
    private const double Jitter = 0.25;

    // Only payments that are owed have an entry, so this is bounded by what the batch owes.
    private readonly Dictionary<PaymentId, Attempt> _attempts = [];
    private readonly PriorityQueue<(Payment Payment, Attempt Attempt), long> _due = new();
    private int _underWay;
    private bool _isNoted;

    /// <summary>
    /// Starts what is due. Only what is durably owed is paid back: <paramref name="durable"/> comes first.
    /// </summary>
    public void Start(Func<Task> durable)
    {
        Note();
        if (batch.Payments.Owed.Count == 0 || _underWay >= MaxConcurrency) return;
        FindDue(MaxConcurrency - _underWay);
        while (_due.TryDequeue(out var due, out _))
        {
            due.Attempt.IsUnderWay = true;
            _underWay++;
            _ = RunAsync(due.Payment, due.Attempt, durable());
        }
    }

    /// <summary>Takes the batch's refunds out of the figures: it goes elsewhere.</summary>
    public void End() => watch.Note(batch.Terms!.Id, 0, 0);

    /// <summary>The refunds that are stalled, the oldest first.</summary>
    public IEnumerable<Fault> Faults()
    {
        var id = batch.Terms!.Id;
        var stalled = _attempts.Where(attempt => attempt.Value.Code is not null)
            .OrderBy(attempt => attempt.Value.StalledAt).ToArray();
        foreach (var (payment, attempt) in stalled.Take(MaxListed))
        {
            var owed = batch.Payments.All[payment];
            yield return new Fault(FaultKind.RefundStalled, id, attempt.StalledSince,
                $"Order {OrderId.Of(id, owed.Order)}: {owed.Amount.Amount} {owed.Amount.Currency} of payment "
                + $"{payment.Id} are owed back; the provider says: {attempt.Code}.");
        }
        if (stalled.Length > MaxListed)
        {
            yield return new Fault(FaultKind.RefundStalled, id, stalled[MaxListed].Value.StalledSince,
                $"{stalled.Length - MaxListed} more refunds of this batch are stalled.");
        }
    }

    // The first of those due, as many as may be started: a queue whose head is the last of them, which an earlier one
    // pushes out.
    private void FindDue(int most)
    {
        var now = timeProvider.GetTimestamp();
        foreach (var payment in batch.Payments.Owed)
        {
            if (!_attempts.TryGetValue(payment.Id, out var attempt)) _attempts.Add(payment.Id, attempt = new Attempt());
            if (attempt.IsUnderWay || attempt.NotBefore > now) continue;
            if (_due.Count < most) _due.Enqueue((payment, attempt), -attempt.NotBefore);
            else _due.EnqueueDequeue((payment, attempt), -attempt.NotBefore);
        }
    }

    private async Task RunAsync(Payment payment, Attempt attempt, Task durable)
    {
        try
        {
            await durable;
            if (payment.State == PaymentState.Owed) Judge(payment, attempt, await refund(payment));
        }
        catch (Exception e) when (e is LedgerFencedException or LedgerUnavailableException)
        {
            // This activation is over; the next one asks again and finds what was made.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The order's actor or storage failed. The money is still owed; the delay below bounds how often that is
            // found out.
            Judge(payment, attempt, new RefundTry(RefundOutcome.Unanswered, null, e.GetType().Name));
        }
        finally
        {
            _underWay--;
            attempt.IsUnderWay = false;
            attempt.Delay = attempt.Delay == default ? FirstDelay
                : attempt.Delay * 2 < MaxDelay ? attempt.Delay * 2
                : MaxDelay;
            var pause = attempt.Delay * (1 - (Jitter * Random.Shared.NextDouble()));
            attempt.NotBefore = timeProvider.GetTimestamp()
                + (long)(pause.TotalSeconds * timeProvider.TimestampFrequency);
            if (payment.State != PaymentState.Owed) _attempts.Remove(payment.Id);
        }
    }

    // Told when it changes: that it is stalled, why else it is, and that it is made after all.
    private void Judge(Payment payment, Attempt attempt, RefundTry tried)
    {
        RefundWatch.Count(tried.Outcome);
        attempt.Tries++;
        var order = OrderId.Of(batch.Terms!.Id, payment.Order);
        if (tried.Refund is { } made)
        {
            if (tried.Outcome == RefundOutcome.MadeElsewhere) Log.MadeElsewhere(log, order, payment.Id.Id, made);
            else if (attempt.Code is not null) Log.Made(log, order, payment.Id.Id, made, attempt.Tries);
            attempt.Code = null;
            return;
        }
        if (attempt.Code == tried.Code) return;
        if (attempt.Code is null)
            (attempt.StalledAt, attempt.StalledSince) = (timeProvider.GetTimestamp(), timeProvider.GetUtcNow());
        attempt.Code = tried.Code;
        Log.Stalled(log, order, payment.Id.Id, tried.Code!, MaxDelay.TotalSeconds);
    }

    private void Note()
    {
        if (_attempts.Count == 0 && !_isNoted) return;
        var (stalled, oldest) = (0, long.MaxValue);
        foreach (var attempt in _attempts.Values)
        {
            if (attempt.Code is null) continue;
            stalled++;
            oldest = Math.Min(oldest, attempt.StalledAt);
        }
        watch.Note(batch.Terms!.Id, stalled, oldest);
        _isNoted = stalled > 0;
    }

    private sealed class Attempt
    {
        public bool IsUnderWay { get; set; }

        public long NotBefore { get; set; } = -long.MaxValue;

        public TimeSpan Delay { get; set; }

        public int Tries { get; set; }

        /// <summary>Why the last try did not make it; null: there was none, or it is made.</summary>
        public string? Code { get; set; }

        public long StalledAt { get; set; }

        public DateTimeOffset StalledSince { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning,
            "Order {Order}: the refund of payment {Payment} is stalled: {Code}; next try within {Seconds} s")]
        public static partial void Stalled(ILogger log, string order, string payment, string code, double seconds);

        [LoggerMessage(11, LogLevel.Information,
            "Order {Order}: payment {Payment} is refunded as {Refund}, after {Tries} tries")]
        public static partial void Made(ILogger log, string order, string payment, string refund, int tries);

        [LoggerMessage(12, LogLevel.Information,
            "Order {Order}: payment {Payment} was refunded at the provider by other means, as {Refund}")]
        public static partial void MadeElsewhere(ILogger log, string order, string payment, string refund);
    }
}
