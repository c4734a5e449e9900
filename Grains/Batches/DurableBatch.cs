using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// A batch's state and its journal. Decisions are applied at once; their outcomes are returned when they are durable.
/// Used by one actor on its own scheduler; not thread-safe.
/// </summary>
/// <remarks>
/// Each decision and its entries are made synchronously, so no two decisions interleave. Code after an await only
/// returns decided outcomes. A decision is stored with all its entries or with none: if one cannot be recorded, which
/// only a bug can cause, the activation is abandoned before the others are appended.
/// </remarks>
internal sealed class DurableBatch
{
    private readonly TimeProvider _timeProvider;
    private readonly long _graceMilliseconds;
    private readonly EntryWriter _writer;
    private readonly BatchTime _time;
    private readonly long _startedAt;

    /// <summary>Starts from a state that was read from the ledger.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="state">Its state.</param>
    /// <param name="head">The head of the ledger at that state.</param>
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

    /// <summary>The clock's instant, ms.</summary>
    public long Clock => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The instant at which the batch decides, ms: see <see cref="BatchTime"/>.</summary>
    public long Now => At(Clock);

    /// <summary>By how much the batch's time is ahead of the clock.</summary>
    public TimeSpan Lead
    {
        get
        {
            var clock = Clock;
            return TimeSpan.FromMilliseconds(At(clock) - clock);
        }
    }

    /// <summary>
    /// Does the work that is due, at most <see cref="Agenda.MaxEntriesPerRound"/> entries of it. Due holds beyond that
    /// still count as live until the next call. The rule for payments checks the deadline itself. Returns the instant
    /// of the decision.
    /// </summary>
    public long DoDue()
    {
        var now = Now;
        for (var i = 0; i < Agenda.MaxEntriesPerRound || Agenda.MustGoOn(State); i++)
        {
            if (Agenda.Next(State, now, _graceMilliseconds) is not { } due) break;
            Record(due, now);
        }
        return now;
    }

    /// <summary>Whether work is due.</summary>
    public bool IsDue => Agenda.Next(State, Now, _graceMilliseconds) is not null;

    /// <summary>Applies a decision and returns its outcome. The entries carry the instant of the decision.</summary>
    public T Take<T>(in Decision<T> decision, long now)
    {
        foreach (var entry in decision.Entries) Record(entry, now);
        return decision.Outcome;
    }

    /// <summary>Applies a decision and returns its outcome once it is durable.</summary>
    public Task<T> CommitAsync<T>(in Decision<T> decision, long now) => Journal.WhenDurableAsync(Take(decision, now));

    private long At(long clock) => _time.At(clock, _timeProvider.GetElapsedTime(_startedAt));

    private void Record(BatchEntry entry, long at)
    {
        var seq = State.LastSeq + 1;
        try
        {
            State.Apply(seq, at, entry);
            _time.Entered(at);
            _writer.Write(Journal.Lines, seq, at, entry);
            Journal.Added();
        }
        catch (Exception e)
        {
            Journal.Abandon(new SaleUnavailableException($"{Id}: entry {seq} could not be recorded", e));
            throw;
        }
    }
}
