namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>How one try to pay money back ended.</summary>
public enum RefundOutcome
{
    /// <summary>The provider has paid it back.</summary>
    Made,

    /// <summary>The provider had refunded it before without a request of the engine, for example by hand.</summary>
    MadeElsewhere,

    /// <summary>The provider refused.</summary>
    Refused,

    /// <summary>
    /// The provider did not answer, or its answer was not usable. Whether it made the refund is unknown.
    /// </summary>
    Unanswered,

    /// <summary>The provider has taken the refund on, and says that it is not made yet.</summary>
    UnderWay,
}

/// <summary>The result of one try to pay money back.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Refund">The refund's id; null: the money was not paid back.</param>
/// <param name="Code">
/// The reason in a few words that are always the same, such as <c>409 conflict</c>. Null: the refund was made.
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
