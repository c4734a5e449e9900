using System.Diagnostics.Metrics;

namespace OrleansSale.GrainInterfaces;

/// <summary>
/// An operation that is retried and may fail. Every failure is counted. A change is reported: the first failure,
/// another kind of failure, and the end. So a log gets one line at each change, however many tries there are.
/// </summary>
/// <param name="what">The operation's name in the metric <c>sale.failures</c>: kebab-case.</param>
/// <param name="timeProvider">Its monotonic time is used; null: the machine's.</param>
public sealed class Outage(string what, TimeProvider? timeProvider = null)
{
    /// <summary>
    /// The outage ends with the first success this long after the last failure, so occasional failures are one outage.
    /// This is longer than the retries of a commit.
    /// </summary>
    public static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(30);

    /// <summary>Most kinds of failures that are distinguished in one outage.</summary>
    public const int MaxKinds = 8;

    private static readonly Meter Meter = new(EngineMeter.Name);

    private static readonly Counter<long> Count =
        Meter.CreateCounter<long>(
            "sale.failures", "{failure}", "Failed tries of operations that are retried, by operation.");

    private readonly KeyValuePair<string, object?> _what = new("what", what);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly TimeProvider _monotonic = timeProvider ?? TimeProvider.System;
    private int _failures;
    private long _failedAt;

    /// <summary>Notes a failure.</summary>
    /// <param name="kind">The kind of failure: one of a few texts, such as the type of an exception.</param>
    /// <returns>Whether that is news.</returns>
    public bool Fails(string kind)
    {
        Count.Add(1, _what);
        lock (_lock)
        {
            _failures++;
            _failedAt = _monotonic.GetTimestamp();
            return _kinds.Count < MaxKinds && _kinds.Add(kind);
        }
    }

    /// <summary>Notes a success. This is cheap while nothing fails.</summary>
    /// <returns>The number of failed tries if this ends an outage; else null.</returns>
    public int? Succeeds()
    {
        if (Volatile.Read(ref _failures) == 0) return null;
        lock (_lock)
        {
            return _failures == 0 || _monotonic.GetElapsedTime(_failedAt) < QuietFor ? null : End();
        }
    }

    /// <summary>
    /// Notes the success after which nothing is tried any more. The outage ends at once.
    /// </summary>
    /// <returns>As <see cref="Succeeds"/>.</returns>
    public int? Ends()
    {
        lock (_lock) return _failures == 0 ? null : End();
    }

    private int End()
    {
        var failures = _failures;
        _kinds.Clear();
        _failures = 0;
        return failures;
    }
}
