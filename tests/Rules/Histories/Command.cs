using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// One step of a random history. Numbers are choices, resolved against what the history has come to: an order is picked by its index
/// among those made so far, one past the last means an order that does not exist.
/// </summary>
internal abstract record Command;

/// <summary>A purchase.</summary>
internal sealed record Buy(int User, int Key, Amount Quantity, Version Version, bool ByTicket) : Command;

/// <summary>The clock goes to a boundary and <paramref name="Offset"/> ms beyond it; it may go back.</summary>
internal sealed record GoTo(Boundary Boundary, int Order, int Offset) : Command;

/// <summary>The clock goes on.</summary>
internal sealed record Wait(int Milliseconds) : Command;

/// <summary>The timer comes round: due holds are released.</summary>
internal sealed record Sweep : Command;

/// <summary>The provider opened a checkout.</summary>
internal sealed record CheckOut(int Order, int Checkout, bool ByOwner) : Command;

/// <summary>The provider captured a payment; <paramref name="Payment"/> picks one of few ids, so that some repeat.</summary>
internal sealed record Pay(int Order, int Payment, Money Money, bool ByOwner) : Command;

/// <summary>The provider made a refund.</summary>
internal sealed record Refund(int Payment) : Command;

/// <summary>An order is given up.</summary>
internal sealed record Cancel(int Order, Who Who) : Command;

/// <summary>A reservation is given up; <paramref name="Step"/> is added to the version cancelled last.</summary>
internal sealed record CancelReservation(int User, int Step) : Command;

/// <summary>An operator's command.</summary>
internal sealed record Operate(OperatorAction Action, int Units, int Key) : Command;

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

internal enum Who
{
    Owner,
    Other,
    Operator,
}
