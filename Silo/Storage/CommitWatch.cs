using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// Predicts by the last writes of a ledger whether the next one will succeed. The writer reports every write. While
/// there are none, a <see cref="CommitProbe"/> makes small ones. Any thread may ask. The beginning and the end of an
/// outage are logged here.
/// </summary>
/// <remarks>
/// A write that fails, or takes longer than <see cref="MaxDuration"/>, is a fault until a commit succeeds. A probe's
/// success ends the fault of a probe at once, and that of a commit only after <see cref="CommitFaultLasts"/>: if
/// commits fail but probes do not, the fault stays as long as commits are tried.
/// </remarks>
public sealed partial class CommitWatch(TimeProvider timeProvider, ILogger log) : ICommitCheck
{
    /// <summary>How long a write may be under way.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(2);

    /// <summary>How long after a commit nothing is probed.</summary>
    public static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a commit's fault outlasts the success of probes.</summary>
    public static readonly TimeSpan CommitFaultLasts = TimeSpan.FromSeconds(3);

    /// <summary>Most bytes of a probe.</summary>
    public const int MaxProbeBytes = 256 << 10;

    private const int MinProbeBytes = 16;

    private static readonly string Late = $"a write has been under way for more than {MaxDuration.TotalSeconds:0} s";

    private readonly Lane _commits = new(), _probes = new();
    private readonly Lock _changing = new();
    private readonly Outage _outage = new("ledger", timeProvider), _refusals = new("ledger", timeProvider);
    private long _endedAt = timeProvider.GetTimestamp();
    private volatile Failure? _failure;

    /// <inheritdoc/>
    public string? Fault => _failure is { } failure ? failure.Why
        : IsLate(_commits) || IsLate(_probes) ? Late : null;

    /// <summary>Whether nothing has been written for so long that a probe is due.</summary>
    public bool IsProbeDue => Volatile.Read(ref _commits.BegunAt) == 0 && Volatile.Read(ref _probes.BegunAt) == 0
        && timeProvider.GetElapsedTime(Volatile.Read(ref _endedAt)) >= QuietFor;

    /// <summary>
    /// How many bytes a probe writes: a few, or, after a failed commit, as many as the commit had, because a full disk
    /// may still have room for a few.
    /// </summary>
    public int ProbeBytes =>
        _failure is { } failure ? Math.Clamp(failure.Bytes, MinProbeBytes, MaxProbeBytes) : MinProbeBytes;

    /// <summary>A write begins. At most one commit and one probe are under way.</summary>
    public void Begin(bool isProbe) => Volatile.Write(ref LaneOf(isProbe).BegunAt, timeProvider.GetTimestamp() | 1);

    /// <summary>A write became durable.</summary>
    public void Succeed(bool isProbe)
    {
        End(isProbe);
        if (_failure is not null)
        {
            // A commit and a probe may end at the same time. Neither may clear a failure that it has not seen.
            lock (_changing)
            {
                if (_failure is { } failure && (!isProbe || failure.IsProbe || IsOld(failure))) _failure = null;
            }
        }
        _ = _refusals.Succeeds();
        if (_failure is null && _outage.Succeeds() is { } failures) Log.Works(log, failures);
    }

    /// <summary>Notes that a write failed, or that its outcome is unknown.</summary>
    /// <param name="isProbe">Whether it was a probe.</param>
    /// <param name="failure">Why.</param>
    /// <param name="bytes">The bytes of the write.</param>
    public void Fail(bool isProbe, Exception failure, int bytes)
    {
        End(isProbe);
        var why = StorageFault.Describe(failure);
        if (_outage.Fails(why)) Log.Fails(log, why, failure.Message);
        lock (_changing)
        {
            // If a probe fails as well, the fault stays a commit's fault, and its size stays.
            _failure = isProbe && _failure is { IsProbe: false } commit
                ? commit with { Why = why }
                : new Failure(why, timeProvider.GetTimestamp(), bytes, isProbe);
        }
    }

    /// <summary>The storage refused a commit because of its content. That is not a fault of the storage.</summary>
    public void Refuse(Exception refusal)
    {
        End(isProbe: false);
        var why = StorageFault.Describe(refusal);
        if (_refusals.Fails(why)) Log.IsRefused(log, why, refusal.Message);
    }

    /// <summary>Counts a write that has been under way for too long, once, and logs it if that is news.</summary>
    public void NoteLate()
    {
        foreach (var lane in (ReadOnlySpan<Lane>)[_commits, _probes])
        {
            var begun = Volatile.Read(ref lane.BegunAt);
            if (!IsLate(lane) || begun == lane.NotedLate) continue;
            lane.NotedLate = begun;
            if (_outage.Fails("late")) Log.IsLate(log, Late);
        }
    }

    private void End(bool isProbe)
    {
        Volatile.Write(ref LaneOf(isProbe).BegunAt, 0);
        Volatile.Write(ref _endedAt, timeProvider.GetTimestamp());
    }

    private bool IsOld(Failure failure) => timeProvider.GetElapsedTime(failure.At) >= CommitFaultLasts;

    private bool IsLate(Lane lane) =>
        Volatile.Read(ref lane.BegunAt) is not 0 and var begun && timeProvider.GetElapsedTime(begun) > MaxDuration;

    private Lane LaneOf(bool isProbe) => isProbe ? _probes : _commits;

    private sealed class Lane
    {
        // 0: nothing is under way.
        public long BegunAt;

        // The last write that was noted as too long. Used by the probe's loop only.
        public long NotedLate;
    }

    private sealed record Failure(string Why, long At, int Bytes, bool IsProbe);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "A write to the ledger failed; further failures like it are only counted: {Fault} ({Reason})")]
        public static partial void Fails(ILogger log, string fault, string reason);

        [LoggerMessage(3, LogLevel.Error, "A write to the ledger hangs; further ones are only counted: {Fault}")]
        public static partial void IsLate(ILogger log, string fault);

        [LoggerMessage(2, LogLevel.Information, "Writes to the ledger succeed again; {Failures} had failed")]
        public static partial void Works(ILogger log, int failures);

        [LoggerMessage(4, LogLevel.Error,
            "The ledger refused a commit because of its content; further ones like it are only counted: {Fault} "
                + "({Reason})")]
        public static partial void IsRefused(ILogger log, string fault, string reason);
    }
}
