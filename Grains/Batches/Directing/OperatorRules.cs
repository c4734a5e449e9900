using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Stock;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// The rules for operators' commands. A command takes effect once per key. A command whose effect is already in place
/// changes nothing.
/// </summary>
public static class OperatorRules
{
    /// <summary>
    /// Decides the creation. Already so if the batch exists with the same terms; conflict if it exists with other
    /// terms.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="terms">The terms.</param>
    /// <param name="keyHash">SHA-256 of the batch's key; the key is durable.</param>
    public static Decision<Answer<Effect>> DecideCreate(SaleBatch batch, BatchTerms terms, byte[] keyHash) =>
        batch.Terms is null ? new(Effect.Done, new Created(terms, keyHash))
        : batch.Terms.SameAs(terms) ? new(Effect.AlreadySo)
        : new(new Answer<Effect>(Refusal.Conflict, $"batch {terms.Id} exists with other terms"));

    /// <summary>Decides a command. Also already so if the same command was carried out under this key.</summary>
    public static Decision<Answer<Effect>> Decide(SaleBatch batch, OperatorCommand command)
    {
        if (FindAnswered(batch, command) is { } answered) return new(answered);
        // Commands that end or shrink a sale are always allowed. Commands that would revive it are not, once it is
        // over.
        if (batch.Directing.IsOver
            && command.Action is not (OperatorAction.Close or OperatorAction.Withdraw))
            return new(Refusal.SaleClosed);
        var (reason, by, key) = (command.Reason, command.By, command.Key);
        return command.Action switch
        {
            OperatorAction.Pause => Once(!batch.Directing.IsPaused, new PausedSale(reason, by, key)),
            OperatorAction.Resume when batch.IsRecalling => Conflict("a recall is not finished yet"),
            OperatorAction.Resume => Once(batch.Directing.IsPaused, new ResumedSale(reason, by, key)),
            OperatorAction.Close => batch.Directing.IsClosed ? new(Effect.AlreadySo)
                : batch.Directing.IsEnded ? new(Effect.Done, new ClosedSale(reason, by, key))
                : new(Effect.Done, new ClosedSale(reason, by, key), new EndedSale(EndCause.Operator)),
            OperatorAction.Restock => DecideRestock(batch, command),
            OperatorAction.Withdraw => DecideWithdraw(batch, command),
            OperatorAction.SuspendLine => Once(!batch.Directing.IsLineSuspended, new LineSuspended(by, key)),
            OperatorAction.ResumeLine => Once(batch.Directing.IsLineSuspended, new LineResumed(by, key)),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.Action, "unknown action"),
        };
    }

    /// <summary>
    /// The answer to a command that changes nothing, whatever it would do: it is impossible, there is no batch, or its
    /// key is used. Null: it has to be decided.
    /// </summary>
    internal static Answer<Effect>? FindAnswered(SaleBatch batch, OperatorCommand command)
    {
        var takesUnits = command.Action is OperatorAction.Restock or OperatorAction.Withdraw;
        if (takesUnits ? command.Units < 1 : command.Units != 0)
            return new Answer<Effect>(Refusal.InvalidRequest, "units");
        if (batch.Terms is null) return Refusal.NotFound;
        if (batch.BuyerCommands.Find(command.By, command.Key) is not { } done) return null;
        return done.Repeats(command)
            ? Effect.AlreadySo
            : new Answer<Effect>(Refusal.Conflict, "the key was used for another command");
    }

    private static Decision<Answer<Effect>> Once(bool isChange, BatchEntry entry) =>
        isChange ? new(Effect.Done, entry) : new(Effect.AlreadySo);

    private static Decision<Answer<Effect>> DecideRestock(SaleBatch batch, OperatorCommand command)
    {
        if (command.Units > BatchTerms.MaxStock - batch.Stock.Total)
            return Conflict($"a batch has at most {BatchTerms.MaxStock} units, and this one has {batch.Stock.Total}");
        var range = new UnitRange(batch.Stock.Total + 1, batch.Stock.Total + command.Units);
        return new(Effect.Done, new Restocked([range], command.Reason, command.By, command.Key));
    }

    private static Decision<Answer<Effect>> DecideWithdraw(SaleBatch batch, OperatorCommand command)
    {
        if (command.Units > batch.Stock.Free.Count) return Conflict($"only {batch.Stock.Free.Count} units are free");
        // The highest numbers are withdrawn, because buyers get the lowest.
        var ranges = batch.Stock.Highest(command.Units);
        return new(Effect.Done, new Withdrawn(ranges, command.Reason, command.By, command.Key));
    }

    private static Decision<Answer<Effect>> Conflict(string detail) =>
        new(new Answer<Effect>(Refusal.Conflict, detail));
}
