using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Grains.Announcements;

/// <summary>The faults of posts that do not arrive: one for each channel.</summary>
public static class PostFaults
{
    /// <summary>The faults.</summary>
    /// <param name="topic">What the posts are about.</param>
    /// <param name="troubled">The deliveries that do not arrive.</param>
    public static Fault[] Of(Topic topic, IReadOnlyList<PostDelivery> troubled) =>
    [
        .. troubled.GroupBy(delivery => delivery.Channel, StringComparer.Ordinal).Select(ofChannel => new Fault(
            FaultKind.PostFailing,
            topic.Kind == TopicKind.Batch ? topic.Id : null,
            ofChannel.Min(delivery => delivery.FirstTry ?? delivery.LastTry ?? default),
            Describe(topic, ofChannel.Key, [.. ofChannel]))),
    ];

    private static string Describe(Topic topic, string channel, PostDelivery[] deliveries)
    {
        var about = topic.Kind == TopicKind.Batch ? $"batch {topic.Id}" : $"product {topic.Id}";
        var counts = deliveries.GroupBy(delivery => delivery.State).OrderBy(state => state.Key)
            .Select(state => $"{state.Count()} {WordOf(state.Key)}");
        var last = deliveries.MaxBy(delivery => delivery.LastTry)!;
        return $"Posts of {about} do not arrive on {channel}: {string.Join(", ", counts)}. Last: {last.LastError}.";
    }

    private static string WordOf(DeliveryState state) => state switch
    {
        DeliveryState.Waiting => "to be tried again",
        DeliveryState.Unknown => "unknown",
        DeliveryState.Failed => "refused",
        DeliveryState.Dead => "given up",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no fault"),
    };
}
