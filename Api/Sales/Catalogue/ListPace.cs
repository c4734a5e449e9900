using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// How old the boards of a list may become before they are refreshed in the background. A few boards are as fresh as
/// single boards. The more boards there are, the older they may be, so that the list never calls too many batches a
/// second.
/// </summary>
/// <param name="MovingAge">While buyers can change a board.</param>
/// <param name="RestingAge">While only operators change it.</param>
public sealed record ListPace(TimeSpan MovingAge, TimeSpan RestingAge)
{
    /// <summary>Most calls a second to batches that move, for the list.</summary>
    public const int MaxMovingAsksPerSecond = 500;

    /// <summary>Most calls a second to batches at rest, for the list.</summary>
    public const int MaxRestingAsksPerSecond = 250;

    /// <summary>A board at rest is refreshed no sooner than at this age.</summary>
    public static readonly TimeSpan MinRestingAge = TimeSpan.FromSeconds(1);

    /// <summary>The pace of a list with these numbers of moving and resting batches.</summary>
    public static ListPace Of(int moving, int resting) => new(
        Longer(BoardFeed.MaxAge, TimeSpan.FromSeconds((double)moving / MaxMovingAsksPerSecond)),
        Longer(MinRestingAge, TimeSpan.FromSeconds((double)resting / MaxRestingAsksPerSecond)));

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
