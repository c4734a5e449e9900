using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// A batch's state and its journal: decisions are applied at once and answered when they are durable. Used by one actor
/// on its own scheduler; not thread-safe.
/// </summary>
/// <remarks>
/// A decision and its entries are made synchronously, so no two decisions interleave. What follows an await only
/// answers what was decided.
/// </remarks>
internal sealed class DurableBatch
{
    private readonly TimeProvider _timeProvider;
    private readonly long _graceMilliseconds;
    private readonly EntryWriter _writer;
    private readonly BatchTime _time;
    private readonly long _startedAt;

    /// <summary>For the state that was read from the ledger.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="state">Its state.</param>
    /// <param name="head">The head that the state is of.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="graceMilliseconds">From payBy to the release of an unpaid hold.</param>
    /// <param name="abandoned">Called once when the activation cannot go on.</param>
    public DurableBatch(
        string id, SaleBatch state, LedgerHead head, ILedger ledger, TimeProvider timeProvider, long graceMilliseconds,
        Action<Exception> abandoned)
    {
        (Id, State, ReadSeq, _timeProvider, _graceMilliseconds) =
            (id, state, head.Seq, timeProvider, graceMilliseconds);
        Journal = new(ledger, Streams.OfBatch(id), head, () => Counts.Of(State), abandoned);
        _writer = new EntryWriter(id);
        _startedAt = timeProvider.GetTimestamp();
        _time = new BatchTime(state.LastAt, TimeSpan.Zero);
    }

    /// <summary>The batch.</summary>
    public string Id { get; }

    /// <summary>The state, which may be ahead of storage.</summary>
    public SaleBatch State { get; }

    /// <summary>The journal.</summary>
    public Journal<Counts> Journal { get; }

    /// <summary>Sequence of the last entry that the activation read.</summary>
    public long ReadSeq { get; }

    /// <summary>From payBy to the release of an unpaid hold, ms.</summary>
    public long GraceMilliseconds => _graceMilliseconds;

    /// <summary>What the clock says, ms.</summary>
    public long Clock => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The instant at which the batch decides, ms: see <see cref="BatchTime"/>.</summary>
    public long Now => At(Clock);

    /// <summary>By how much the batch's time is ahead of the clock.</summary>
    public TimeSpan Lead => Clock is var clock ? TimeSpan.FromMilliseconds(At(clock) - clock) : default;

    /// <summary>
    /// Does what is due, so that nothing is decided about a hold that should have ended. Returns the instant.
    /// </summary>
    public long DoDue()
    {
        var now = Now;
        for (var i = 0; i < Agenda.MaxEntriesPerCommit && Agenda.Next(State, now, _graceMilliseconds) is { } due; i++)
            Record(due, now);
        return now;
    }

    /// <summary>Whether more is due than was done.</summary>
    public bool IsDue => Agenda.Next(State, Now, _graceMilliseconds) is not null;

    /// <summary>Takes a decision: the entries carry the instant that it was made at.</summary>
    public T Take<T>(in Decision<T> decision, long now)
    {
        foreach (var entry in decision.Entries) Record(entry, now);
        return decision.Outcome;
    }

    /// <summary>Takes a decision and returns its outcome once it is durable.</summary>
    public Task<T> CommitAsync<T>(in Decision<T> decision, long now) => Journal.WhenDurableAsync(Take(decision, now));

    private long At(long clock) => _time.At(clock, _timeProvider.GetElapsedTime(_startedAt));

    private void Record(BatchEntry entry, long at)
    {
        var seq = State.LastSeq + 1;
        State.Apply(seq, at, entry);
        _time.Entered(at);
        _writer.Write(Journal.Lines, seq, at, entry);
        Journal.Added();
    }
}
