using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>A batch to be and what happens to it.</summary>
/// <param name="Terms">What is offered.</param>
/// <param name="Grace">From payBy to the release, ms.</param>
/// <param name="Start">Where the clock begins, relative to the opening, ms.</param>
/// <param name="Commands">The steps.</param>
internal sealed record History(BatchTerms Terms, long Grace, int Start, Command[] Commands)
{
    /// <summary>Buyers; the last is on a channel that some batches are not offered on.</summary>
    public static readonly string[] Users = ["weibo:alice", "weibo:bob", "weibo:张伟", "weibo:dora", "mi:eve"];

    private static readonly Gen<Command> AnyCommand = Gen.Frequency<Command>(
        (40, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4], Few<Amount>(12, 4, 2, 1, 1), Few<Version>(10, 2, 1), Gen.Bool,
            (user, key, quantity, version, ticket) => (Command)new Buy(user, key, quantity, version, ticket))),
        (6, Gen.Select(Few<Boundary>(1, 2, 1, 6, 8), Gen.Int[0, 30], Gen.Int[-1, 1],
            (boundary, order, offset) => (Command)new GoTo(boundary, order, offset))),
        (12, Gen.Int[0, 1_500].Select(ms => (Command)new Wait(ms))),
        (10, Gen.Const((Command)new Sweep())),
        (8, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 2], Gen.Bool, (order, checkout, own) => (Command)new CheckOut(order, checkout, own))),
        (16, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Few<Money>(12, 1, 1, 1), Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false))),
            (order, payment, money, own) => (Command)new Pay(order, payment, money, own))),
        (6, Gen.Int[0, 30].Select(payment => (Command)new Refund(payment))),
        (10, Gen.Select(Gen.Int[0, 30], Few<Who>(3, 1, 3), (order, who) => (Command)new Cancel(order, who))),
        (5, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], (user, step) => (Command)new CancelReservation(user, step))),
        (10, Gen.Select(Few<OperatorAction>(4, 6, 1, 4, 4), Gen.Int[1, 4], Gen.Int[0, 30],
            (action, units, key) => (Command)new Operate(action, units, key))));

    private static readonly Gen<BatchTerms> AnyTerms = Gen.Select(
        Gen.Frequency((8, Gen.Int[1, 9]), (1, Gen.Int[60, 70])), Gen.Frequency((6, Gen.Int[1, 4]), (1, Gen.Const(100))),
        Gen.Int[1, 5], Gen.Bool,
        (stock, limit, window, both) => LiveBatch.TermsOf(stock, limit, window, both ? ["weibo", "mi"] : ["weibo"]));

    /// <summary>Short histories of a small batch, dense in the instants and the states at which rules change.</summary>
    public static readonly Gen<History> Any = Gen.Select(
        AnyTerms, Gen.OneOf(0L, 500L, 3_000L), Gen.OneOf(-8_000_000, -1, 0, 0, 0, 0, 0, 0), AnyCommand.Array[1, 100],
        (terms, grace, start, commands) => new History(terms, grace, start, commands));

    /// <summary>The steps, one a line, for the report of a failure.</summary>
    public override string ToString() =>
        $"{Terms}, grace {Grace}, start {Start}\n{string.Join('\n', Commands.Select(command => command.ToString()))}";

    private static Gen<T> Few<T>(params int[] weights) where T : struct, Enum =>
        Gen.Frequency(weights.Zip(Enum.GetValues<T>(), (weight, value) => (weight, value)).ToArray());
}
