using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Grains.Announcements;

/// <summary>The faults of posts or messages that do not arrive: one for each channel.</summary>
public static class DeliveryFaults
{
    /// <summary>The faults.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="batch">The batch that they concern; null: more than one.</param>
    /// <param name="what">What does not arrive: the beginning of a sentence.</param>
    /// <param name="troubled">The deliveries that do not arrive.</param>
    public static Fault[] Of(FaultKind kind, string? batch, string what, IReadOnlyList<PostDelivery> troubled) =>
    [
        .. troubled.GroupBy(delivery => delivery.Channel, StringComparer.Ordinal).Select(ofChannel => new Fault(
            kind, batch, ofChannel.Min(delivery => delivery.FirstTry ?? delivery.LastTry ?? default),
            Describe(what, ofChannel.Key, [.. ofChannel]))),
    ];

    private static string Describe(string what, string channel, PostDelivery[] deliveries)
    {
        var counts = deliveries.GroupBy(delivery => delivery.State).OrderBy(state => state.Key)
            .Select(state => $"{state.Count()} {WordOf(state.Key)}");
        var last = deliveries.MaxBy(delivery => delivery.LastTry)!;
        return $"{what} do not arrive on {channel}: {string.Join(", ", counts)}. Last: {last.LastError}.";
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
