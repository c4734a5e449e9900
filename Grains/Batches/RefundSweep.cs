namespace OrleansSale.Grains.Batches;

/// <summary>
/// Makes the refunds that the batch owes, until each is made. What is owed is in the ledger, so a crash forgets
/// nothing: the next activation starts over, and the provider's idempotency key makes the second request the first
/// one's.
/// </summary>
internal sealed class RefundSweep(SaleBatch batch, TimeProvider time, Func<Payment, Task> refund)
{
    /// <summary>Most refunds under way at a time, per batch.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Longest pause between two tries of one refund. They never end: the money is owed.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    // Only payments that are owed have an entry, so this is bounded by what the batch owes.
    private readonly Dictionary<string, Attempt> _attempts = new(StringComparer.Ordinal);
    private int _underWay;

    /// <summary>
    /// Starts what is due. Only what is durably owed is paid back: <paramref name="settled"/> comes first.
    /// </summary>
    public void Start(Func<Task> settled)
    {
        if (batch.OwedPayments.Count == 0) return;
        var now = time.GetUtcNow();
        foreach (var payment in batch.OwedPayments.ToArray())
        {
            if (_underWay >= MaxConcurrency) return;
            if (!_attempts.TryGetValue(payment.Id, out var attempt)) _attempts.Add(payment.Id, attempt = new Attempt());
            if (attempt.IsUnderWay || attempt.NotBefore > now) continue;
            attempt.IsUnderWay = true;
            _underWay++;
            _ = RunAsync(payment, attempt, settled());
        }
    }

    private async Task RunAsync(Payment payment, Attempt attempt, Task settled)
    {
        try
        {
            await settled;
            if (payment.State == PaymentState.Owed) await refund(payment);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever went wrong, the money is still owed; the delay below bounds how often that is found out.
        }
        finally
        {
            _underWay--;
            attempt.IsUnderWay = false;
            attempt.Delay = attempt.Delay == default ? FirstDelay : attempt.Delay * 2 < MaxDelay ? attempt.Delay * 2 : MaxDelay;
            attempt.NotBefore = time.GetUtcNow() + attempt.Delay;
            if (payment.State != PaymentState.Owed) _attempts.Remove(payment.Id);
        }
    }

    private sealed class Attempt
    {
        public bool IsUnderWay { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public TimeSpan Delay { get; set; }
    }
}
