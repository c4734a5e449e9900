namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>How one try to pay money back ended.</summary>
public enum RefundOutcome
{
    /// <summary>The provider has paid it back.</summary>
    Made,

    /// <summary>The provider had paid it back before, and not because the engine asked: by hand, say.</summary>
    MadeElsewhere,

    /// <summary>The provider refused.</summary>
    Refused,

    /// <summary>The provider did not answer, or not in a way that tells. Whether it paid back is unknown.</summary>
    Unanswered,
}

/// <summary>The result of one try to pay money back.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Refund">The refund's id; null: the money was not paid back.</param>
/// <param name="Code">
/// Why not, in few words that are the same every time: <c>409 conflict</c>; null: it was paid back.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.RefundTry")]
public readonly record struct RefundTry(
    [property: Id(0)] RefundOutcome Outcome, [property: Id(1)] string? Refund, [property: Id(2)] string? Code)
{
    /// <summary>Paid back.</summary>
    public static RefundTry Made(string refund) => new(RefundOutcome.Made, refund, null);

    /// <summary>Paid back before, by other means.</summary>
    public static RefundTry MadeElsewhere(string refund) => new(RefundOutcome.MadeElsewhere, refund, null);
}
