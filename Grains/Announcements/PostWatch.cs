using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Grains.Announcements;

/// <summary>
/// Watches whether the channels take this silo's posts. What is tried again is logged when it begins to fail, when it
/// fails in another way and when it works again; what is not is logged each time.
/// </summary>
public sealed partial class PostWatch(ILogger<PostWatch> log)
{
    // Never disposed: all engines of the process share it.
    private static readonly Counter<long> Deliveries = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.posts", "{try}", "Tries to post an announcement, by the state of the delivery after them.");

    // As many as there are channels.
    private readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);

    /// <summary>Records a try that has ended.</summary>
    public void Ended(string announcement, PostDelivery delivery)
    {
        Deliveries.Add(1, new KeyValuePair<string, object?>("state", NameOf(delivery.State)));
        var outage = _outages.GetOrAdd(delivery.Channel, static _ => new Outage("post"));
        if (delivery.State == DeliveryState.Delivered)
        {
            if (outage.Ends() is { } failures) Log.Works(log, delivery.Channel, failures);
            return;
        }
        var reason = delivery.LastError ?? "";
        if (delivery.State != DeliveryState.Waiting)
            Log.Ended(log, announcement, delivery.Channel, delivery.State, reason);
        else if (outage.Fails(reason))
            Log.Fails(log, announcement, delivery.Channel, reason);
    }

    private static string NameOf(DeliveryState state) => state switch
    {
        DeliveryState.Waiting => "waiting",
        DeliveryState.Delivered => "delivered",
        DeliveryState.Unknown => "unknown",
        DeliveryState.Failed => "failed",
        DeliveryState.Dead => "dead",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state"),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Announcement} could not be posted on {Channel}; it is tried again, and further failures are only "
                + "counted: {Reason}")]
        public static partial void Fails(ILogger log, string announcement, string channel, string reason);

        [LoggerMessage(2, LogLevel.Information, "Posts on {Channel} arrive again, after {Failures} failures")]
        public static partial void Works(ILogger log, string channel, int failures);

        [LoggerMessage(3, LogLevel.Warning,
            "The post of {Announcement} on {Channel} is {State}, and only an operator tries it again: {Reason}")]
        public static partial void Ended(
            ILogger log, string announcement, string channel, DeliveryState state, string reason);
    }
}
