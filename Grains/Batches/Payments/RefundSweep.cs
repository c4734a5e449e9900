using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Makes the refunds that the batch owes, and retries each until it is made. The ledger records what is owed, so a
/// crash loses nothing: the next activation starts over. The provider's idempotency key makes a second request a repeat
/// of the first.
/// </summary>
/// <remarks>
/// Refunds that the provider never makes must not delay the others. So refunds that were never tried come first, then
/// those that have waited longest.
/// </remarks>
internal sealed partial class RefundSweep(
    SaleBatch batch, TimeProvider timeProvider, Func<Payment, Task<RefundTry>> refund, RefundWatch watch, ILogger log)
{
    /// <summary>Most refunds in progress at the same time, per batch.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Most stalled refunds that are listed individually as faults of the batch.</summary>
    public const int MaxListed = 100;

    /// <summary>Longest pause between two tries of one refund. Tries never end, because the money is owed.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    // A pause is shortened at random by up to this fraction, so that refunds refused together are not retried together.
    private const double Jitter = 0.25;

    // Only owed payments have an entry, so the number of owed payments bounds this.
    private readonly Dictionary<PaymentId, Attempt> _attempts = [];
    private readonly PriorityQueue<(Payment Payment, Attempt Attempt), long> _due = new();
    private int _underWay;
    private bool _isNoted;

    /// <summary>
    /// Starts the refunds that are due. Only durable debts are refunded: <paramref name="durable"/> is awaited first.
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

    /// <summary>
    /// Has a refund tried at the next tick, because there is news of its payment; forgets it if nothing is owed any
    /// more.
    /// </summary>
    public void Renew(PaymentId payment)
    {
        if (!_attempts.TryGetValue(payment, out var attempt)) return;
        attempt.NotBefore = -long.MaxValue;
        if (!attempt.IsUnderWay && batch.Payments.All[payment].State != PaymentState.Owed) _attempts.Remove(payment);
    }

    /// <summary>Whether the provider is being asked for a refund.</summary>
    public bool IsTrying(PaymentId payment) =>
        _attempts.TryGetValue(payment, out var attempt) && attempt.IsUnderWay;

    /// <summary>Takes the batch's refunds out of this silo's figures, because its activation ends.</summary>
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
                $"Order {OrderId.Of(id, owed.Order)}: {owed.Left.Amount} {owed.Left.Currency} of payment "
                + $"{payment.Id} are owed back; the provider says: {attempt.Code}.");
        }
        if (stalled.Length > MaxListed)
        {
            yield return new Fault(FaultKind.RefundStalled, id, stalled[MaxListed].Value.StalledSince,
                $"{stalled.Length - MaxListed} more refunds of this batch are stalled.");
        }
    }

    // Finds the refunds that have been due longest, as many as may be started. The head of the queue is the latest of
    // them; an earlier one replaces it.
    private void FindDue(int most)
    {
        var now = timeProvider.GetTimestamp();
        foreach (var payment in batch.Payments.Owed)
        {
            if (!_attempts.TryGetValue(payment.Id, out var attempt))
                _attempts.Add(payment.Id, attempt = AttemptOf(payment, now));
            if (attempt.IsUnderWay || attempt.NotBefore > now) continue;
            if (_due.Count < most) _due.Enqueue((payment, attempt), -attempt.NotBefore);
            else _due.EnqueueDequeue((payment, attempt), -attempt.NotBefore);
        }
    }

    // What stalled before this activation is stalled still, until a try says otherwise.
    private Attempt AttemptOf(Payment payment, long now)
    {
        if (payment.StallCode is not { } code) return new Attempt();
        var since = DateTimeOffset.FromUnixTimeMilliseconds(payment.StalledAt);
        var seconds = Math.Max(0, (timeProvider.GetUtcNow() - since).TotalSeconds);
        return new Attempt
        {
            Code = code,
            StalledSince = since,
            StalledAt = now - (long)(seconds * timeProvider.TimestampFrequency),
        };
    }

    private async Task RunAsync(Payment payment, Attempt attempt, Task durable)
    {
        try
        {
            await durable;
            if (payment.State == PaymentState.Owed) RecordOutcome(payment, attempt, await refund(payment));
        }
        catch (Exception e) when (e is LedgerFencedException or LedgerUnavailableException)
        {
            // This activation is over. The next one requests the refund again and finds whether it was made.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The order's actor or storage failed. The money is still owed. The delay below bounds how often the
            // failure repeats.
            RecordOutcome(payment, attempt, new RefundTry(RefundOutcome.Unanswered, null, e.GetType().Name));
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

    // Logs changes only: a refund stalls, its reason changes, or it is made after all.
    private void RecordOutcome(Payment payment, Attempt attempt, RefundTry tried)
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

        /// <summary>Why the last try failed; null: no try has failed, or the refund is made.</summary>
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
