using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Grains.Announcements;

/// <summary>The faults of posts that do not arrive: one for each channel.</summary>
public static class PostFaults
{
    /// <summary>The faults.</summary>
    /// <param name="subject">What the posts are about.</param>
    /// <param name="troubled">The deliveries that do not arrive.</param>
    public static Fault[] Of(Subject subject, IReadOnlyList<PostDelivery> troubled) =>
    [
        .. troubled.GroupBy(delivery => delivery.Channel, StringComparer.Ordinal).Select(ofChannel => new Fault(
            FaultKind.PostFailing,
            subject.Kind == SubjectKind.Batch ? subject.Id : null,
            ofChannel.Min(delivery => delivery.FirstTry ?? delivery.LastTry ?? default),
            Describe(subject, ofChannel.Key, [.. ofChannel]))),
    ];

    private static string Describe(Subject subject, string channel, PostDelivery[] deliveries)
    {
        var about = subject.Kind == SubjectKind.Batch ? $"batch {subject.Id}" : $"product {subject.Id}";
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
