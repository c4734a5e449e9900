namespace OrleansSale.Grains.Announcements;

/// <summary>When a post or message that did not arrive is tried again.</summary>
public static class DeliveryRules
{
    /// <summary>From the first try on: one that would come later is not made any more.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    /// <summary>How long a delivery that ended in vain counts as trouble.</summary>
    public static readonly TimeSpan TroubleLasts = TimeSpan.FromDays(7);

    /// <summary>The longest wait that a channel can ask for.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(12);

    /// <summary>A wait is longer by up to this share of it, by lot, so that engines do not come together.</summary>
    public const double Jitter = 0.25;

    /// <summary>The wait after every try that has no own one in the list.</summary>
    private static readonly TimeSpan Then = TimeSpan.FromHours(4);

    // The waits after the first tries, in order.
    private static readonly TimeSpan[] First =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
    ];

    /// <summary>The next try; null: none any more.</summary>
    /// <param name="tries">Tries so far, 1 or more.</param>
    /// <param name="firstTry">When the first of them began.</param>
    /// <param name="now">The end of the last one.</param>
    /// <param name="retryAfter">How long the channel asked to be left alone; null: it did not.</param>
    /// <param name="lot">A random number from 0 to 1.</param>
    public static DateTimeOffset? NextTry(
        int tries, DateTimeOffset firstTry, DateTimeOffset now, TimeSpan? retryAfter, double lot)
    {
        var wait = tries <= First.Length ? First[tries - 1] : Then;
        if (retryAfter is { } asked && asked > wait) wait = asked < MaxRetryAfter ? asked : MaxRetryAfter;
        var next = now + wait * (1 + Jitter * lot);
        return next - firstTry <= GiveUpAfter ? next : null;
    }
}
