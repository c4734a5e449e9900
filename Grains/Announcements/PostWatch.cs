using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Grains.Announcements;

/// <summary>
/// Watches whether the channels take this silo's posts and messages. What is tried again is logged when it begins to
/// fail, when it fails in another way and when it works again; what is not is logged each time.
/// </summary>
public sealed partial class PostWatch(ILogger<PostWatch> log)
{
    // Never disposed: all engines of the process share it.
    private static readonly Meter Meter = new(EngineMeter.Name);

    private static readonly Counter<long> PostTries = Meter.CreateCounter<long>(
        "sale.posts", "{try}", "Tries to post an announcement, by the state of the delivery after them.");

    private static readonly Counter<long> MessageTries = Meter.CreateCounter<long>(
        "sale.messages", "{try}", "Tries to send a message to a buyer, by the state of the delivery after them.");

    // As many as there are channels.
    private readonly ConcurrentDictionary<string, Outage> _posts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Outage> _messages = new(StringComparer.Ordinal);

    /// <summary>Records a try to post an announcement that has ended.</summary>
    public void Ended(string announcement, PostDelivery delivery)
    {
        Count(PostTries, delivery);
        Note(_posts.GetOrAdd(delivery.Channel, static _ => new Outage("post")), "Posts", announcement, delivery);
    }

    /// <summary>Records a try to send a message that has ended.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seq">The entry that the message follows from.</param>
    /// <param name="delivery">The delivery after the try.</param>
    public void MessageEnded(string batch, long seq, PostDelivery delivery)
    {
        Count(MessageTries, delivery);
        // That somebody's data were removed says nothing about the channel.
        if (delivery.State == DeliveryState.Undeliverable) return;
        var outage = _messages.GetOrAdd(delivery.Channel, static _ => new Outage("message"));
        Note(outage, "Messages", $"Message {seq} of batch {batch}", delivery);
    }

    private void Note(Outage outage, string all, string what, PostDelivery delivery)
    {
        if (delivery.State == DeliveryState.Delivered)
        {
            if (outage.Ends() is { } failures) Log.Works(log, all, delivery.Channel, failures);
            return;
        }
        var reason = delivery.LastError ?? "";
        if (delivery.State != DeliveryState.Waiting)
            Log.Ended(log, what, delivery.Channel, delivery.State, reason);
        else if (outage.Fails(reason))
            Log.Fails(log, what, delivery.Channel, reason);
    }

    private static void Count(Counter<long> tries, PostDelivery delivery) =>
        tries.Add(1, new KeyValuePair<string, object?>("state", NameOf(delivery.State)));

    private static string NameOf(DeliveryState state) => state switch
    {
        DeliveryState.Waiting => "waiting",
        DeliveryState.Delivered => "delivered",
        DeliveryState.Unknown => "unknown",
        DeliveryState.Failed => "failed",
        DeliveryState.Dead => "dead",
        DeliveryState.Undeliverable => "undeliverable",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state"),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{What} could not be delivered on {Channel}; it is tried again, and further failures are only counted: "
                + "{Reason}")]
        public static partial void Fails(ILogger log, string what, string channel, string reason);

        [LoggerMessage(2, LogLevel.Information, "{All} on {Channel} arrive again, after {Failures} failures")]
        public static partial void Works(ILogger log, string all, string channel, int failures);

        [LoggerMessage(3, LogLevel.Warning,
            "{What} is {State} on {Channel}, and only an operator tries it again: {Reason}")]
        public static partial void Ended(
            ILogger log, string what, string channel, DeliveryState state, string reason);
    }
}
