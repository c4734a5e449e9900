using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>A batch to be and what happens to it.</summary>
/// <param name="Terms">What is offered.</param>
/// <param name="Grace">From payBy to the release, ms.</param>
/// <param name="Start">Where the clock begins, relative to the opening, ms.</param>
/// <param name="IsBehind">
/// Whether holds that are due are released by the timer alone, as in a batch that has more of them than one commit
/// takes.
/// </param>
/// <param name="ApprovalWithin">For how long commands wait for a second operator, ms; 0: they do not.</param>
/// <param name="Commands">The steps.</param>
internal sealed record History(
    BatchTerms Terms, long Grace, int Start, bool IsBehind, long ApprovalWithin, Command[] Commands)
{
    /// <summary>Buyers.</summary>
    public static readonly string[] Users = ["weibo:alice", "weibo:bob", "weibo:张伟", "weibo:dora", "mi:eve"];

    // Recalled is the reason of a recall alone.
    private static readonly Gen<CancelReason> AnyReason =
        Gen.Enum<CancelReason>().Where(reason => reason != CancelReason.Recalled);

    private static readonly Gen<Command> AnyCommand = Gen.Frequency<Command>(
        (56, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4], Few<Amount>(12, 4, 2, 1, 1), Few<Version>(10, 2, 1), Gen.Bool,
            Gen.Bool, (user, key, quantity, version, ticket, standby) =>
                (Command)new Buy(user, key, quantity, version, ticket, standby))),
        (3, Gen.Int[0, 4].Select(user => (Command)new Leave(user))),
        (28, Gen.Select(
            Few<BuyerAction>(6, 14, 2, 4, 6, 7), Gen.Int[0, 30], Gen.Int[0, 4],
            Gen.Frequency((6, Gen.Const(1)), (1, Gen.Int[2, 4])), AnyReason, Gen.Int[0, 60],
            (action, number, user, units, reason, key) =>
                (Command)new Change(action, number, user, units, reason, key))),
        (4, Gen.Const((Command)new ChangeAgain())),
        (6, Gen.Select(Gen.Int[0, 20], Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))),
            (index, byOther) => (Command)new Approve(index, byOther))),
        (6, Gen.Select(Gen.Int[0, 2], Gen.Frequency((6, Gen.Const(1)), (2, Gen.Int[-1, 3])), Gen.Int[0, 4],
            Gen.Int[1, 4], Few<Version>(10, 2, 1), (batch, step, user, quantity, version) =>
                (Command)new Carry(batch, step, user, quantity, version))),
        (3, Gen.Int[0, 8].Select(place => (Command)new LetGo(place))),
        (3, Gen.Const((Command)new EndCarrying())),
        (6, Gen.Select(Few<Boundary>(1, 2, 1, 6, 8), Gen.Int[0, 30], Gen.Int[-1, 1],
            (boundary, order, offset) => (Command)new GoTo(boundary, order, offset))),
        (12, Gen.Int[0, 1_500].Select(ms => (Command)new Wait(ms))),
        (10, Gen.Const((Command)new Sweep())),
        (8, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 2], Gen.Frequency((6, Gen.Const(1)), (1, Gen.Int[2, 12])),
            (order, checkout, times) => (Command)new CheckOut(order, checkout, times))),
        (16, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Few<Money>(12, 1, 1, 1), Few<Payer>(18, 1, 1),
            (order, payment, money, payer) => (Command)new Pay(order, payment, money, payer))),
        (8, Gen.Select(Gen.Int[0, 30], Gen.Bool, (payment, isShared) => (Command)new Refund(payment, isShared))),
        (6, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 2], (payment, reason) => (Command)new Stall(payment, reason))),
        (12, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 250_000], Gen.Bool,
            Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))),
            Gen.OneOf(Gen.Const((DisputeState?)null), Gen.Enum<DisputeState>().Select(state => (DisputeState?)state)),
            (payment, number, amount, whole, lost, dispute) =>
                (Command)new News(payment, number, amount, whole, lost, dispute))),
        (8, Gen.Select(Gen.Int[0, 30], Gen.Enum<SettledHow>(), (payment, how) => (Command)new Settle(payment, how))),
        (10, Gen.Select(Gen.Int[0, 30], Few<Who>(3, 1, 3), AnyReason,
            (order, who, reason) => (Command)new Cancel(order, who, reason))),
        (12, Gen.Select(Gen.Int[0, 30], Mostly(false), Mostly(true),
            (order, isKept, byOwner) => (Command)new GiveBack(order, isKept, byOwner))),
        (3, Gen.Int[0, 4].Select(days => (Command)new Anonymise(days))),
        (5, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], (user, step) => (Command)new CancelReservation(user, step))),
        (13, Gen.Select(Few<OperatorAction>(8, 12, 2, 8, 8, 2, 4, 6, 1, 6, 2), Gen.Int[1, 4], Gen.Int[0, 30],
            (action, units, key) => (Command)new Operate(action, units, key))),
        (4, Gen.Select(Gen.Frequency((1, Gen.Int[0, 2]), (3, Gen.Const(3))), Gen.Bool,
            Gen.Frequency((1, Gen.Int[-3, 3]), (3, Gen.Int[-20_000, 20_000])), Gen.Int[31, 60],
            (instant, fromNow, ms, key) => (Command)new Move(instant, fromNow, ms, key))));

    private static readonly Gen<BatchTerms> AnyTerms = Gen.Select(
        Gen.Frequency((6, Gen.Int[1, 3]), (4, Gen.Int[4, 9]), (1, Gen.Int[60, 70])),
        Gen.Frequency((6, Gen.Int[1, 4]), (1, Gen.Const(100))), Gen.Int[1, 5], Gen.Bool, Gen.Int[0, 2],
        Gen.Frequency((1, Gen.Int[-1, 0]), (4, Gen.Int[1, 4])),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[-3, 4]),
        (stock, limit, window, both, days, standby, more) =>
            LiveBatch.TermsOf(stock, limit, window, both
                ? ["weibo", "mi"] : ["weibo"]) with
            {
                KeepPersonalDataDays = days,
                StandbyLimit = standby < 0 ? null : standby,
                OfferWindowSeconds = more.Item1 == 0 ? null : more.Item1,
                CancelPaid = more.Item2 == 0 ? null : (PaidCancellation)(more.Item2 - 1),
                BacklogUnits = more.Item3 < 0 ? null : Math.Min(stock, more.Item3),
            });

    /// <summary>Short histories of a small batch, dense in the instants and the states at which rules change.</summary>
    public static readonly Gen<History> Any = Gen.Select(
        AnyTerms, Gen.OneOf(0L, 500L, 3_000L), Gen.OneOf(-8_000_000, -1, 0, 0, 0, 0, 0, 0), Gen.Bool,
        Gen.OneOf(0L, 0L, 700L, 5_000L), AnyCommand.Array[1, 100],
        (terms, grace, start, isBehind, within, commands) =>
            new History(terms, grace, start, isBehind, within, commands));

    /// <summary>The steps, one a line, for the report of a failure.</summary>
    public override string ToString() =>
        $"{Terms}, grace {Grace}, start {Start}, behind {IsBehind}, approval {ApprovalWithin}\n"
        + $"{string.Join('\n', Commands.Select(command => command.ToString()))}";

    private static Gen<bool> Mostly(bool value) => Gen.Frequency((4, Gen.Const(value)), (1, Gen.Const(!value)));

    private static Gen<T> Few<T>(params int[] weights) where T : struct, Enum =>
        Gen.Frequency(weights.Zip(Enum.GetValues<T>(), (weight, value) => (weight, value)).ToArray());
}
