namespace OrleansSale.GrainInterfaces;

/// <summary>
/// Why something was refused: a closed set, the same for actors and HTTP. A refusal is an expected answer, never an
/// exception. The numbers 1 to 12 are the precedence for a purchase: of several reasons the lowest is answered.
/// Line-full and sold-out exclude each other.
/// </summary>
public enum Refusal
{
    /// <summary>A field is missing, malformed or out of its range; the answer names it.</summary>
    InvalidRequest = 1,

    /// <summary>No credential, or one that does not verify; also a bad ticket used as the only credential.</summary>
    Unauthenticated = 2,

    /// <summary>No such batch, order or reservation, or one that the caller may not know of.</summary>
    NotFound = 3,

    /// <summary>The batch is not offered on the user's channel.</summary>
    NotEligible = 4,

    /// <summary>The ticket is forged, another user's, another batch's, or its reservation was cancelled.</summary>
    TicketInvalid = 5,

    /// <summary>The batch is closed, by schedule or by an operator.</summary>
    SaleClosed = 6,

    /// <summary>The sale has not opened yet.</summary>
    SaleNotOpen = 7,

    /// <summary>An operator has paused the sale.</summary>
    Paused = 8,

    /// <summary>A limit per user: units in live orders, ended orders, or changes of the reservation.</summary>
    LimitReached = 9,

    /// <summary>Fewer units are free than were asked for.</summary>
    SoldOut = 10,

    /// <summary>The user holds no reservation for the batch.</summary>
    NotReserved = 11,

    /// <summary>
    /// Not decided within the bound; nothing is known to have happened, and asking again under the same key is safe.
    /// </summary>
    Overloaded = 12,

    /// <summary>Signed in, but not as an operator.</summary>
    Forbidden = 13,

    /// <summary>Outside the reservation window.</summary>
    ReservationClosed = 14,

    /// <summary>The order no longer awaits payment, or its deadline has passed.</summary>
    OrderNotPayable = 15,

    /// <summary>
    /// It contradicts what is there: another batch under this id, another request under this key, a live order.
    /// </summary>
    Conflict = 16,

    /// <summary>The body exceeds the limit and was not read.</summary>
    TooLarge = 17,

    /// <summary>The body has a media type that is not supported here.</summary>
    UnsupportedMediaType = 18,

    /// <summary>The resource has no such method.</summary>
    MethodNotAllowed = 19,

    /// <summary>
    /// The stored data of this batch, or of this user's part of it, are damaged: asking again does not help until they
    /// are repaired.
    /// </summary>
    Unavailable = 20,

    /// <summary>As many buyers wait in the line as the terms allow. For a purchase it stands beside sold-out.</summary>
    LineFull = 21,
}

/// <summary>Whether a request changed anything. Neither is the default; a refused answer has it.</summary>
public enum Effect
{
    /// <summary>It changed what it asked for.</summary>
    Done = 1,

    /// <summary>Nothing had to change.</summary>
    AlreadySo,

    /// <summary>Nothing has changed yet: the command waits until a second operator approves it.</summary>
    Proposed,
}

/// <summary>Either a value or a refusal, with an optional sentence for a person.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.Answer`1")]
public readonly record struct Answer<T>
{
    /// <summary>An answer that carries a value.</summary>
    public Answer(T value) => Value = value;

    /// <summary>An answer that refuses.</summary>
    public Answer(Refusal refusal, string? detail = null) => (Refused, Detail) = (refusal, detail);

    /// <summary>The value; default when refused.</summary>
    [Id(0)] public T? Value { get; init; }

    /// <summary>Why not; null when there is a value.</summary>
    [Id(1)] public Refusal? Refused { get; init; }

    /// <summary>The exact fault, for a person; null when the code says it all.</summary>
    [Id(2)] public string? Detail { get; init; }

    /// <summary>The value as an answer.</summary>
    public static implicit operator Answer<T>(T value) => new(value);

    /// <summary>The refusal as an answer.</summary>
    public static implicit operator Answer<T>(Refusal refusal) => new(refusal);
}
