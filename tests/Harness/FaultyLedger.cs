using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Storage;

/// <summary>
/// A ledger that fails on demand: it passes everything on to another one, except what a test told it to lose, refuse or
/// hold.
/// </summary>
/// <remarks>
/// Thread-safe. Faults concern appends of the named stream, or of any stream; the oldest fault that fits is used up
/// first.
/// </remarks>
public sealed class FaultyLedger(ILedger inner) : ILedger
{
    private readonly Lock _lock = new();
    private readonly List<Fault> _faults = [];
    private readonly List<AppendGate> _gates = [];
    private volatile bool _down;
    private long _appends;
    private long _reads;

    private enum Kind
    {
        Refuse,
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

    /// <summary>Lets the next appends fail before anything is stored.</summary>
    public void RefuseAppends(int count = 1, string? stream = null) => Add(Kind.Refuse, count, stream);

    /// <summary>
    /// Lets the next appends be stored and their answers be lost: the caller gets
    /// <see cref="LedgerUnavailableException"/>.
    /// </summary>
    public void LoseAnswers(int count = 1, string? stream = null) => Add(Kind.LoseAnswer, count, stream);

    /// <summary>Holds every append, before anything is stored, until the gate is opened.</summary>
    public AppendGate HoldAppends(string? stream = null)
    {
        var gate = new AppendGate(stream, Remove);
        lock (_lock) _gates.Add(gate);
        return gate;
    }

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        AppendGate? gate;
        lock (_lock) gate = _gates.Find(held => held.Stream is null || held.Stream == commit.Stream);
        if (gate is not null) await gate.PassAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfDown();
        var fault = TakeFault(commit.Stream);
        if (fault == Kind.Refuse)
            throw new LedgerUnavailableException("A test refused this append; nothing was stored.");
        var outcome = await inner.AppendAsync(commit, cancellationToken).ConfigureAwait(false);
        if (fault == Kind.LoseAnswer) throw new LedgerUnavailableException("A test lost the answer to this append.");
        return outcome;
    }

    /// <inheritdoc/>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.ReadHeadAsync(stream, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.ReadAsync(stream, fromSeq, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.ListAsync(prefix, after, limit, cancellationToken);
    }

    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default)
    {
        CountRead();
        return inner.CountOpenAsync(prefix, cancellationToken);
    }

    /// <inheritdoc/>
    public Task EraseAsync(string stream, CancellationToken cancellationToken = default)
    {
        ThrowIfDown();
        return inner.EraseAsync(stream, cancellationToken);
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

    private sealed record Fault(Kind Kind, string? Stream);
}

/// <summary>Appends held by a test. Opening it, or disposing of it, lets them and all later ones through.</summary>
public sealed class AppendGate : IDisposable
{
    private readonly Action<AppendGate> _remove;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    internal AppendGate(string? stream, Action<AppendGate> remove) => (Stream, _remove) = (stream, remove);

    /// <summary>The stream whose appends are held; null: all.</summary>
    public string? Stream { get; }

    /// <summary>Completes when the first append waits here.</summary>
    public Task Reached => _reached.Task;

    /// <summary>How many appends wait here now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Lets everything through.</summary>
    public void Open()
    {
        _remove(this);
        _opened.TrySetResult();
    }

    /// <inheritdoc cref="Open"/>
    public void Dispose() => Open();

    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            _reached.TrySetResult();
            await _opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
