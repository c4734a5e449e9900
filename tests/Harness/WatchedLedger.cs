using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Cluster;

/// <summary>What a ledger was asked for, by stream. It stands between the actors and the ledger they use.</summary>
public sealed class WatchedLedger(ILedger inner) : ILedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Account> _accounts = [];

    /// <summary>Makes every append take this long, as a disk does.</summary>
    public TimeSpan AppendLatency { get; set; }

    /// <summary>Is called before and after every change, and may throw: nothing is stored, or its answer is lost.</summary>
    public ChangeHook? OnChange { get; set; }

    /// <summary>Lets the next append of the stream fail with something that no ledger should throw.</summary>
    public void BreakNextAppend(string stream, Exception with)
    {
        lock (_lock) Of(stream).Broken = with;
    }

    /// <summary>Lets the next reading of the stream's entries fail.</summary>
    public void BreakNextRead(string stream, Exception with)
    {
        lock (_lock) Of(stream).BrokenRead = with;
    }

    /// <summary>
    /// Lets the next head of the stream be read at once, and its answer be kept back until this is set.
    /// </summary>
    public TaskCompletionSource HoldNextHead(string stream)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) Of(stream).HeldHead = held;
        return held;
    }

    /// <summary>Appends asked for on this stream, failed ones included.</summary>
    public int AppendsOf(string stream)
    {
        lock (_lock) return Of(stream).Appends;
    }

    /// <summary>Most appends of this stream that were under way at a time.</summary>
    public int MostUnderWay(string stream)
    {
        lock (_lock) return Of(stream).MostUnderWay;
    }

    /// <summary>How often this stream's entries were read.</summary>
    public int ReadsOf(string stream)
    {
        lock (_lock) return Of(stream).Reads;
    }

    /// <summary>Heads read of this stream.</summary>
    public int HeadsReadOf(string stream)
    {
        lock (_lock) return Of(stream).HeadsRead;
    }

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var account = Of(commit.Stream);
            account.Appends++;
            account.MostUnderWay = Math.Max(account.MostUnderWay, ++account.UnderWay);
            if (account.Broken is { } broken)
            {
                account.Broken = null;
                account.UnderWay--;
                throw broken;
            }
        }
        try
        {
            if (AppendLatency > TimeSpan.Zero) await Task.Delay(AppendLatency, cancellationToken); // paced: as a disk
            OnChange?.Invoke($"append {commit.Stream}", isStored: false);
            var outcome = await inner.AppendAsync(commit, cancellationToken);
            OnChange?.Invoke($"append {commit.Stream}", isStored: true);
            return outcome;
        }
        finally
        {
            lock (_lock) Of(commit.Stream).UnderWay--;
        }
    }

    /// <inheritdoc/>
    public async Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource? held;
        lock (_lock)
        {
            var account = Of(stream);
            account.HeadsRead++;
            (held, account.HeldHead) = (account.HeldHead, null);
        }
        var head = await inner.ReadHeadAsync(stream, cancellationToken);
        if (held is not null) await held.Task.WaitAsync(cancellationToken);
        return head;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(string stream, long fromSeq = 1, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var account = Of(stream);
            account.Reads++;
            if (account.BrokenRead is { } broken)
            {
                account.BrokenRead = null;
                throw broken;
            }
        }
        return inner.ReadAsync(stream, fromSeq, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, after, limit, cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default) =>
        inner.CountOpenAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public async Task EraseAsync(string stream, CancellationToken cancellationToken = default)
    {
        OnChange?.Invoke($"erase {stream}", isStored: false);
        await inner.EraseAsync(stream, cancellationToken);
        OnChange?.Invoke($"erase {stream}", isStored: true);
    }

    private Account Of(string stream)
    {
        if (!_accounts.TryGetValue(stream, out var account)) _accounts[stream] = account = new Account();
        return account;
    }

    private sealed class Account
    {
        public int Appends { get; set; }

        public int UnderWay { get; set; }

        public int MostUnderWay { get; set; }

        public int Reads { get; set; }

        public int HeadsRead { get; set; }

        public Exception? Broken { get; set; }

        public Exception? BrokenRead { get; set; }

        public TaskCompletionSource? HeldHead { get; set; }
    }
}
