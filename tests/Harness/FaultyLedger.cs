using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A ledger that fails on demand: it passes everything on to another one, except what a test told it to lose, refuse or
/// hold. It also counts what it was asked for.
/// </summary>
/// <remarks>
/// Thread-safe. Faults concern appends of the named stream, or of any stream; the oldest fault that fits is used up
/// first. The stream of a batch is <see cref="Streams.OfBatch"/>. The engine repeats an append whose outcome it does
/// not know, so a fault has to be repeated <see cref="Journal{TState}.MaxAttempts"/> times to be final.
/// </remarks>
public sealed class FaultyLedger(ILedger inner) : ILedger
{
    private readonly Lock _lock = new();
    private readonly List<Fault> _faults = [];
    private readonly List<AppendGate> _gates = [];
    private readonly Dictionary<string, Account> _accounts = [];
    private volatile bool _down;
    private long _appends;
    private long _reads;

    private enum Kind
    {
        Fail,
        LoseAnswer,
    }

    /// <summary>How many appends were asked for, failed ones included.</summary>
    public long Appends => Interlocked.Read(ref _appends);

    /// <summary>How many reads of any kind were asked for.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>While true every call fails with <see cref="LedgerUnavailableException"/>; nothing is stored.</summary>
    public bool IsDown
    {
        get => _down;
        set => _down = value;
    }

    /// <summary>Makes every append take this long, as a disk does.</summary>
    public TimeSpan AppendLatency { get; set; }

    /// <summary>
    /// Is called before and after every change, and may throw: nothing is stored, or its answer is lost.
    /// </summary>
    public ChangeHook? OnChange { get; set; }

    /// <summary>Lets the next appends fail before anything is stored.</summary>
    public void FailAppends(int count = 1, string? stream = null) => Add(Kind.Fail, count, stream);

    /// <summary>
    /// Lets the next appends be stored and their answers be lost: the caller gets
    /// <see cref="LedgerUnavailableException"/>.
    /// </summary>
    public void LoseAnswers(int count = 1, string? stream = null) => Add(Kind.LoseAnswer, count, stream);

    /// <summary>Holds every append and erasure, before anything is stored, until the gate is opened.</summary>
    public AppendGate HoldAppends(string? stream = null)
    {
        var gate = new AppendGate(stream, Remove);
        lock (_lock) _gates.Add(gate);
        return gate;
    }

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

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        Begin(commit.Stream);
        try
        {
            if (AppendLatency > TimeSpan.Zero)
                await Task.Delay(AppendLatency, cancellationToken).ConfigureAwait(false); // paced: as a disk
            await PassGateAsync(commit.Stream, cancellationToken).ConfigureAwait(false);
            ThrowIfDown();
            var fault = TakeFault(commit.Stream);
            if (fault == Kind.Fail)
                throw new LedgerUnavailableException("A test refused this append; nothing was stored.");
            OnChange?.Invoke($"append {commit.Stream}", isStored: false);
            var outcome = await inner.AppendAsync(commit, cancellationToken).ConfigureAwait(false);
            OnChange?.Invoke($"append {commit.Stream}", isStored: true);
            if (fault == Kind.LoseAnswer)
                throw new LedgerUnavailableException("A test lost the answer to this append.");
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
        CountRead();
        TaskCompletionSource? held;
        lock (_lock) (held, Of(stream).HeldHead) = (Of(stream).HeldHead, null);
        var head = await inner.ReadHeadAsync(stream, cancellationToken).ConfigureAwait(false);
        if (held is not null) await held.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return head;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default)
    {
        CountRead();
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
        string prefix, string? after, int limit, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.ListAsync(prefix, after, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.CountOpenAsync(prefix, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task EraseAsync(string stream, CancellationToken cancellationToken = default)
    {
        await PassGateAsync(stream, cancellationToken).ConfigureAwait(false);
        ThrowIfDown();
        OnChange?.Invoke($"erase {stream}", isStored: false);
        await inner.EraseAsync(stream, cancellationToken).ConfigureAwait(false);
        OnChange?.Invoke($"erase {stream}", isStored: true);
    }

    private Task PassGateAsync(string stream, CancellationToken cancellationToken)
    {
        AppendGate? gate;
        lock (_lock) gate = _gates.Find(held => held.Stream is null || held.Stream == stream);
        return gate?.PassAsync(cancellationToken) ?? Task.CompletedTask;
    }

    private void Begin(string stream)
    {
        lock (_lock)
        {
            var account = Of(stream);
            account.Appends++;
            if (account.Broken is { } broken)
            {
                account.Broken = null;
                throw broken;
            }
            account.MostUnderWay = Math.Max(account.MostUnderWay, ++account.UnderWay);
        }
    }

    private void CountRead()
    {
        Interlocked.Increment(ref _reads);
        ThrowIfDown();
    }

    private void ThrowIfDown()
    {
        if (_down) throw new LedgerUnavailableException("A test took this ledger down.");
    }

    private void Add(Kind kind, int count, string? stream)
    {
        lock (_lock)
            for (var fault = 0; fault < count; fault++) _faults.Add(new Fault(kind, stream));
    }

    private Kind? TakeFault(string stream)
    {
        lock (_lock)
        {
            var index = _faults.FindIndex(fault => fault.Stream is null || fault.Stream == stream);
            if (index < 0) return null;
            var kind = _faults[index].Kind;
            _faults.RemoveAt(index);
            return kind;
        }
    }

    private void Remove(AppendGate gate)
    {
        lock (_lock) _gates.Remove(gate);
    }

    private Account Of(string stream)
    {
        if (!_accounts.TryGetValue(stream, out var account)) _accounts[stream] = account = new Account();
        return account;
    }

    private sealed record Fault(Kind Kind, string? Stream);

    private sealed class Account
    {
        public int Appends { get; set; }

        public int UnderWay { get; set; }

        public int MostUnderWay { get; set; }

        public int Reads { get; set; }

        public Exception? Broken { get; set; }

        public Exception? BrokenRead { get; set; }

        public TaskCompletionSource? HeldHead { get; set; }
    }
}
