namespace OrleansSale.Tests.Shopping;

/// <summary>What shoppers do, and how often: shares in percent, the rest changes reservations.</summary>
/// <param name="Buy">Buy under a new key.</param>
/// <param name="BuyKeyless">Buy without a key.</param>
/// <param name="DoubleClick">Buy twice at once.</param>
/// <param name="Pay">Pay a recent order.</param>
/// <param name="Cancel">Cancel a recent order.</param>
/// <param name="Read">Read a recent order.</param>
/// <param name="Repeat">Send a purchase again that was answered long ago.</param>
public sealed record Habits(int Buy, int BuyKeyless, int DoubleClick, int Pay, int Cancel, int Read, int Repeat)
{
    /// <summary>Buy under a new key, and take a place in the line if the units are gone.</summary>
    public int StandBy { get; init; }

    /// <summary>Look at the own place in the line.</summary>
    public int LookAtPlace { get; init; }

    /// <summary>Leave the line.</summary>
    public int Leave { get; init; }

    /// <summary>A little of everything.</summary>
    public static Habits Varied { get; } = new(20, 10, 10, 25, 10, 10, 5);

    /// <summary>Purchases above all.</summary>
    public static Habits Eager { get; } = new(60, 4, 4, 3, 2, 7, 20);

    /// <summary>Of those who want units that are gone: they wait, and many do not keep what they get.</summary>
    public static Habits Waiting { get; } =
        new(5, 5, 5, 8, 20, 5, 10) { StandBy = 20, LookAtPlace = 15, Leave = 4 };
}
