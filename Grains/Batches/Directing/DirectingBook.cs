using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>What the batch offers, whether it sells, and which commands of operators were carried out.</summary>
public sealed class DirectingBook(StockBook stock)
{
    private readonly Dictionary<(string By, string Key), OperatorCommand> _commands = [];

    /// <summary>The terms; null: not created yet.</summary>
    public BatchTerms? Terms { get; private set; }

    /// <summary>Whether an operator has paused the sale.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether an operator has closed the sale.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Commands carried out, by operator and key: a key is its operator's own.</summary>
    public IReadOnlyDictionary<(string By, string Key), OperatorCommand> Commands => _commands;

    /// <summary>The payment window, in milliseconds.</summary>
    public long WindowMilliseconds => Terms!.PaymentWindowSeconds * 1000L;

    internal void Apply(long seq, DirectingEntry entry)
    {
        switch (entry)
        {
            case Created e:
                stock.Begin(seq, e.Terms.Stock);
                Terms = e.Terms;
                break;
            case PausedSale:
                ThrowUnless(!IsPaused, seq, "paused twice");
                IsPaused = true;
                break;
            case ResumedSale:
                ThrowUnless(IsPaused, seq, "resumed without a pause");
                IsPaused = false;
                break;
            case ClosedSale:
                ThrowUnless(!IsClosed, seq, "closed twice");
                IsClosed = true;
                break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    internal void RequireNew(long seq, OperatorCommand command) =>
        ThrowUnless(!_commands.ContainsKey((command.By, command.Key)), seq, "a command that is recorded already");

    internal void Record(OperatorCommand command) => _commands.Add((command.By, command.Key), command);
}
