using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// One step of a random history. Numbers are choices, resolved against what the history has come to: an order is picked
/// by its index among those made so far, one past the last means an order that does not exist.
/// </summary>
internal abstract record Command;

/// <summary>A purchase.</summary>
internal sealed record Buy(int User, int Key, Amount Quantity, Version Version, bool ByTicket, bool Standby) : Command;

/// <summary>A buyer leaves the line.</summary>
internal sealed record Leave(int User) : Command;

/// <summary>
/// A place of the backlog comes: of one of few batches, and <paramref name="Step"/> places after the last that came.
/// </summary>
internal sealed record Carry(int Batch, int Step, int User, int Quantity, Version Version) : Command;

/// <summary>A buyer has left the backlog since their place was carried; one past the last does not exist.</summary>
internal sealed record LetGo(int Place) : Command;

/// <summary>All places of the backlog have come.</summary>
internal sealed record EndCarrying : Command;

/// <summary>The clock goes to a boundary and <paramref name="Offset"/> ms beyond it; it may go back.</summary>
internal sealed record GoTo(Boundary Boundary, int Order, int Offset) : Command;

/// <summary>The clock goes on.</summary>
internal sealed record Wait(int Milliseconds) : Command;

/// <summary>The timer comes round: due holds are released.</summary>
internal sealed record Sweep : Command;

/// <summary>The provider opened checkouts, one after the other, the first of this number.</summary>
internal sealed record CheckOut(int Order, int Checkout, int Times) : Command;

/// <summary>
/// A provider captured a payment; <paramref name="Payment"/> picks one of few ids of one of two providers, so that some
/// repeat.
/// </summary>
internal sealed record Pay(int Order, int Payment, Money Money, Payer Payer) : Command;

/// <summary>The provider made a refund; some have an id that others have too.</summary>
internal sealed record Refund(int Payment, bool IsShared) : Command;

/// <summary>The provider refuses or delays a refund.</summary>
internal sealed record Stall(int Payment, int Reason) : Command;

/// <summary>
/// The provider tells of a refund that somebody else made, or of a dispute; some are of the whole amount that is left,
/// some name a wrong order.
/// </summary>
internal sealed record News(
    int Payment, int Number, int Amount, bool IsWhole, bool IsMisaddressed, DisputeState? Dispute) : Command;

/// <summary>An operator says that a refund was paid back by hand.</summary>
internal sealed record Settle(int Payment, SettledHow How) : Command;

/// <summary>An order is given up; an operator says why.</summary>
internal sealed record Cancel(int Order, Who Who, CancelReason Reason) : Command;

/// <summary>A paid order's units are offered back, or its buyer keeps it after all.</summary>
internal sealed record GiveBack(int Order, bool IsKept, bool ByOwner) : Command;

/// <summary>A reservation is given up; <paramref name="Step"/> is added to the version cancelled last.</summary>
internal sealed record CancelReservation(int User, int Step) : Command;

/// <summary>An operator's command.</summary>
internal sealed record Operate(OperatorAction Action, int Units, int Key) : Command;

/// <summary>
/// An operator's command that concerns one buyer: an order or a place by its index, or a user for a grant.
/// </summary>
internal sealed record Change(
    BuyerAction Action, int Number, int User, int Units, CancelReason Reason, int Key) : Command;

/// <summary>The last command that concerns one buyer, once more.</summary>
internal sealed record ChangeAgain : Command;

/// <summary>A command that waits is approved, by the operator who gave it or by another.</summary>
internal sealed record Approve(int Index, bool ByOther) : Command;

/// <summary>
/// An operator moves one of the four instants: <paramref name="Milliseconds"/> from where it is, or from now.
/// </summary>
internal sealed record Move(int Instant, bool FromNow, int Milliseconds, int Key) : Command;

/// <summary>Advances the clock by some days, and removes the personal data.</summary>
internal sealed record Anonymise(int Days) : Command;

internal enum Amount
{
    One,
    Limit,
    LimitAndOne,
    AllFree,
    FreeAndOne,
}

internal enum Version
{
    Fresh,
    Cancelled,
    Absent,
}

internal enum Boundary
{
    ReservationOpens,
    SaleOpens,
    SaleCloses,
    PayBy,
    Release,
}

internal enum Money
{
    Exact,
    TooLittle,
    TooMuch,
    OtherCurrency,
}

internal enum Payer
{
    Owner,
    Other,
    Nobody,
}

internal enum Who
{
    Owner,
    Other,
    Operator,
}
