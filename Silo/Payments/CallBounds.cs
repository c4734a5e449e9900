using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace OrleansSale.Silo.Payments;

/// <summary>The bounds of a call to a payment provider, and of the calls to each.</summary>
internal static class CallBounds
{
    /// <summary>
    /// A whole call with its retries and its answer's body: shorter than a buyer's patience and than a grain call's
    /// timeout.
    /// </summary>
    public static readonly TimeSpan Call = TimeSpan.FromSeconds(10);

    /// <summary>One attempt.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    /// <summary>How many attempts follow a first one that failed in transit, or was answered 408, 429 or 5xx.</summary>
    public const int Retries = 4;

    /// <summary>The wait before the first retry; it doubles each time, with jitter.</summary>
    public static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>How many calls to it may be under way in this process; a further one fails at once.</summary>
    public const int ConcurrentCalls = 1_000;

    /// <summary>
    /// How many connections to the provider are allowed, for this many open files; other calls wait.
    /// </summary>
    public static int Connections(int openFiles) => Math.Clamp(openFiles / 16, 1, ConcurrentCalls);

    public static void Apply(HttpStandardResilienceOptions options)
    {
        options.TotalRequestTimeout.Timeout = Call;
        options.AttemptTimeout.Timeout = Attempt;
        options.Retry.MaxRetryAttempts = Retries;
        options.Retry.Delay = FirstRetryDelay;
        options.Retry.BackoffType = DelayBackoffType.Exponential;
        options.Retry.UseJitter = true;
        options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = ConcurrentCalls;
        options.RateLimiter.DefaultRateLimiterOptions.QueueLimit = 0;
    }
}
