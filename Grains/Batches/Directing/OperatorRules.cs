using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Stock;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// What an operator may do. A command takes effect once per key; one that asks for what is already so changes nothing.
/// </summary>
public static class OperatorRules
{
    /// <summary>
    /// Decides the creation. True: created; false: it is there with the same terms; conflict: with others.
    /// </summary>
    public static Decision<Answer<bool>> DecideCreate(SaleBatch batch, BatchTerms terms) =>
        batch.Terms is null ? new(true, new Created(terms))
        : batch.Terms.SameAs(terms) ? new(false)
        : new(new Answer<bool>(Refusal.Conflict, $"batch {terms.Id} exists with other terms"));

    /// <summary>Decides a command. True: carried out; false: already so, or already done under this key.</summary>
    public static Decision<Answer<bool>> Decide(SaleBatch batch, OperatorCommand command)
    {
        if (command.Action is OperatorAction.Restock or OperatorAction.Withdraw ? command.Units < 1 : command.Units != 0)
            return new(new Answer<bool>(Refusal.InvalidRequest, "units"));
        if (batch.Terms is null) return new(Refusal.NotFound);
        if (batch.Directing.Commands.TryGetValue((command.By, command.Key), out var done))
        {
            return done.Action == command.Action && done.Units == command.Units
                ? new(false)
                : Conflict($"the key {command.Key} named another command");
        }
        // What ends or shrinks a sale is always allowed; what would bring it back is not, once it is closed.
        if (batch.Directing.IsClosed && (command.Action is OperatorAction.Pause or OperatorAction.Resume or OperatorAction.Restock))
            return new(Refusal.SaleClosed);
        var (reason, by, key) = (command.Reason, command.By, command.Key);
        return command.Action switch
        {
            OperatorAction.Pause => Once(!batch.Directing.IsPaused, new PausedSale(reason, by, key)),
            OperatorAction.Resume => Once(batch.Directing.IsPaused, new ResumedSale(reason, by, key)),
            OperatorAction.Close => Once(!batch.Directing.IsClosed, new ClosedSale(reason, by, key)),
            OperatorAction.Restock => DecideRestock(batch, command),
            OperatorAction.Withdraw => DecideWithdraw(batch, command),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.Action, "unknown action"),
        };
    }

    private static Decision<Answer<bool>> Once(bool isChange, BatchEntry entry) => isChange ? new(true, entry) : new(false);

    private static Decision<Answer<bool>> DecideRestock(SaleBatch batch, OperatorCommand command)
    {
        if (command.Units > BatchTerms.MaxStock - batch.Stock.Total)
            return Conflict($"a batch has at most {BatchTerms.MaxStock} units, and this one has {batch.Stock.Total}");
        var range = new UnitRange(batch.Stock.Total + 1, batch.Stock.Total + command.Units);
        return new(true, new Restocked([range], command.Reason, command.By, command.Key));
    }

    private static Decision<Answer<bool>> DecideWithdraw(SaleBatch batch, OperatorCommand command)
    {
        if (command.Units > batch.Stock.Free.Count) return Conflict($"only {batch.Stock.Free.Count} units are free");
        // The highest numbers, so that what buyers get stays the lowest.
        return new(true, new Withdrawn(batch.Stock.Highest(command.Units), command.Reason, command.By, command.Key));
    }

    private static Decision<Answer<bool>> Conflict(string detail) => new(new Answer<bool>(Refusal.Conflict, detail));
}
