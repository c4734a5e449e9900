namespace OrleansSale.Tests.Api.Payments.Unreliable;

/// <summary>How an order is paid.</summary>
internal enum Paying
{
    NotAtAll,
    AsAsked,
    Twice,
    ByAnother,
    TooLittle,
    TooMuch,
    InAnotherCurrency,
}

/// <summary>How the provider tells of the capture.</summary>
internal enum Telling
{
    AtOnce,

    /// <summary>Three times at once.</summary>
    Repeatedly,

    /// <summary>First somebody else does, with a signature that is not the provider's.</summary>
    AfterAForgery,

    /// <summary>Never: the provider loses the message, and takes it for delivered.</summary>
    Never,

    /// <summary>The payment is begun in time, and confirmed after the hold has ended.</summary>
    Late,
}

/// <summary>What else happens to the money.</summary>
internal enum Turn
{
    None,
    CancelledBefore,
    CancelledAfter,
    PartRefundedByHand,
    AllRefundedByHand,
    DisputeLost,
    DisputeWon,
}

/// <summary>What happens to one order.</summary>
internal sealed record OrderStory(Paying Paying, Telling Telling, Turn Turn)
{
    /// <summary>Every story that can be.</summary>
    public static IReadOnlyList<OrderStory> All { get; } =
    [
        .. from paying in Enum.GetValues<Paying>()
           from telling in Enum.GetValues<Telling>()
           from turn in Enum.GetValues<Turn>()
           let story = new OrderStory(paying, telling, turn)
           where story.CanBe
           select story,
    ];

    // Nothing is told of what is not paid. A checkout tells of its first payment only, and only until its order is
    // paid: the message of a second one must come.
    private bool CanBe => Paying switch
    {
        Paying.NotAtAll => Telling == Telling.AtOnce && Turn is Turn.None or Turn.CancelledAfter,
        Paying.Twice => Telling != Telling.Never,
        _ => true,
    };
}
