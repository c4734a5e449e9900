using System.Diagnostics;
using System.Text.Json.Serialization;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>What something took.</summary>
/// <param name="Seconds">Time.</param>
/// <param name="ProcessorSeconds">Processor time of this process: the engine, and its callers.</param>
/// <param name="ServerSeconds">Processor time of the database server; 0 if there is none.</param>
/// <param name="AllocatedBytes">Bytes allocated, by the callers too.</param>
/// <param name="PauseSeconds">How long the garbage collector made everybody wait.</param>
/// <param name="FullCollections">Its collections of everything.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
/// <param name="Appended">What went into the ledger.</param>
internal record Cost(
    double Seconds, double ProcessorSeconds, double ServerSeconds, long AllocatedBytes, double PauseSeconds,
    int FullCollections, double OthersShare, [property: JsonIgnore] LedgerCounts Appended);

/// <summary>A measurement of a sale, from the first call to the last answer.</summary>
internal sealed record SaleResult(Cost Took, [property: JsonIgnore] Shape Sold) : MeasuredResult(Took)
{
    /// <summary>Purchases that were asked again because no answer came.</summary>
    public required long AskedAgain { get; init; }
    public string Shape => Sold.Name;
    public int Batches => Sold.Batches;
    public int UnitsEach => Sold.UnitsEach;
    public long Commits => Appended.Commits;
    public long Entries => Appended.Entries;

    /// <summary>Units a second.</summary>
    public double PerSecond => Sold.Units / Seconds;

    /// <summary>Processor time for a unit: of this process, and of the database server.</summary>
    public double ProcessorMicroseconds => ProcessorSeconds * 1e6 / Sold.Units;
    public double ServerMicroseconds => ServerSeconds * 1e6 / Sold.Units;
    public double BytesPerHold => (double)HeldBytes / Sold.Units;

    /// <summary>Purchases that a commit carried, and how long an append took; on average.</summary>
    public double JoinedPerCommit => (double)Entries / Math.Max(1, Commits);
    public double AppendMicroseconds => (double)Appended.Ticks / Stopwatch.Frequency * 1e6 / Math.Max(1, Commits);
}

/// <summary>A measurement of a replay.</summary>
internal sealed record ReplayResult(Cost Took) : MeasuredResult(Took)
{
    /// <summary>One for each purchase, and those of the batch itself.</summary>
    public required long Entries { get; init; }
}

/// <summary>What a measurement of either kind has.</summary>
internal abstract record MeasuredResult([property: JsonIgnore] Cost Took) : Cost(Took)
{
    public required int Round { get; init; }
    public required string Ledger { get; init; }

    /// <summary>What it has added to the memory in use, users' names included.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>What is wrong with it; empty if nothing is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
}

/// <summary>Notes what there was, to tell afterwards what something took.</summary>
/// <param name="ledger">What is counted.</param>
/// <param name="server">The process of the database server; null: there is none.</param>
internal sealed class CostMeter(CountedLedger ledger, int? server)
{
    private readonly UsageMeter _usage = new(host: null, server);
    private readonly LedgerCounts _counts = ledger.Counts;
    private readonly int _collections = GC.CollectionCount(GC.MaxGeneration);
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();
    private readonly long _allocated = GC.GetTotalAllocatedBytes(precise: true);
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>What it took since.</summary>
    public Cost Stop()
    {
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var processor = Environment.CpuUsage.TotalTime - _processor;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        var usage = _usage.Stop();
        return new Cost(
            seconds, processor.TotalSeconds, usage.StoreSeconds, allocated,
            (GC.GetTotalPauseDuration() - _pause).TotalSeconds,
            GC.CollectionCount(GC.MaxGeneration) - _collections, usage.OthersShare, ledger.Counts - _counts);
    }
}

/// <summary>What was appended so far.</summary>
/// <param name="Commits">Each is one row, and one durable write unless several batches shared it.</param>
/// <param name="Entries">Their entries.</param>
/// <param name="Bytes">Bytes of those.</param>
/// <param name="Ticks">How long the appends took together, in ticks of <see cref="Stopwatch"/>.</param>
internal readonly record struct LedgerCounts(long Commits, long Entries, long Bytes, long Ticks)
{
    public static LedgerCounts operator -(LedgerCounts left, LedgerCounts right) => new(
        left.Commits - right.Commits, left.Entries - right.Entries, left.Bytes - right.Bytes, left.Ticks - right.Ticks);
}

/// <summary>The engine's ledger, with a count of what goes into it.</summary>
internal sealed class CountedLedger(ILedger ledger) : ILedger, IAsyncDisposable
{
    private long _commits, _entries, _bytes, _ticks;

    public LedgerCounts Counts => new(
        Interlocked.Read(ref _commits), Interlocked.Read(ref _entries), Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _ticks));

    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        var (start, bytes) = (Stopwatch.GetTimestamp(), commit.Entries.Length);
        var outcome = await ledger.AppendAsync(commit, cancellationToken).ConfigureAwait(false);
        if (outcome != AppendOutcome.Committed) return outcome;
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _entries, commit.Count);
        Interlocked.Add(ref _bytes, bytes);
        return outcome;
    }

    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default) =>
        ledger.ReadHeadAsync(stream, cancellationToken);

    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(stream, fromSeq, cancellationToken);

    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default) =>
        ledger.ListAsync(prefix, after, limit, cancellationToken);

    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default) =>
        ledger.CountOpenAsync(prefix, cancellationToken);

    public Task EraseAsync(string stream, CancellationToken cancellationToken = default) =>
        ledger.EraseAsync(stream, cancellationToken);

    // Only what the container itself has made is disposed by it, and that is this.
    public ValueTask DisposeAsync() =>
        ledger is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
}
