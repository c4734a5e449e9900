using System.Diagnostics.Metrics;

namespace OrleansSale.GrainInterfaces;

/// <summary>
/// Something that is tried again and again and may fail: every failure is counted, and it is news when failing begins,
/// when it goes on in another way, and when it has ended. So a log gets a line at each change, however often is tried.
/// </summary>
/// <param name="what">What fails, for the count <c>sale.failures</c>: kebab-case.</param>
/// <param name="timeProvider">Its monotonic time is used; null: the machine's.</param>
public sealed class Outage(string what, TimeProvider? timeProvider = null)
{
    /// <summary>
    /// It has ended at the first success this long after the last failure: what fails now and then is one outage.
    /// Longer than a commit is tried before it fails.
    /// </summary>
    public static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(30);

    /// <summary>Ways of failing that are told apart in one outage.</summary>
    public const int MaxKinds = 8;

    private static readonly Meter Meter = new(EngineMeter.Name);

    private static readonly Counter<long> Count =
        Meter.CreateCounter<long>(
            "sale.failures", "{failure}", "Tries that failed and are made again, by what was tried.");

    private readonly KeyValuePair<string, object?> _what = new("what", what);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly TimeProvider _monotonic = timeProvider ?? TimeProvider.System;
    private int _failures;
    private long _failedAt;

    /// <summary>Notes a failure.</summary>
    /// <param name="kind">How it failed: one of few texts, such as the type of an exception.</param>
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

    /// <summary>Notes a success. Costs nothing while nothing fails.</summary>
    /// <returns>If an outage has ended by it, how many tries had failed; else null.</returns>
    public int? Succeeds()
    {
        if (Volatile.Read(ref _failures) == 0) return null;
        lock (_lock)
        {
            return _failures == 0 || _monotonic.GetElapsedTime(_failedAt) < QuietFor ? null : End();
        }
    }

    /// <summary>
    /// Notes the success that was tried for, after which nothing is tried: the outage has ended at once.
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
