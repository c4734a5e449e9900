using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// The operators' commands about one buyer that were carried out. A key names one command, of whichever kind.
/// </summary>
public sealed class BuyerCommandBook(DirectingBook directing)
{
    private readonly Dictionary<(Alias By, KeyHash Key), BuyerCommand> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<BuyerCommand> All => _all.Values;

    /// <summary>The command that was carried out under this key, of whichever kind; null: none.</summary>
    public IKeyedCommand? Find(Alias by, KeyHash key) =>
        _all.TryGetValue((by, key), out var ofBuyer) ? ofBuyer
        : directing.Commands.TryGetValue((by, key), out var ofBatch) ? ofBatch
        : null;

    internal void RequireNew(long seq, IKeyedCommand command) =>
        ThrowUnless(Find(command.By, command.Key) is null, seq, "a command that is recorded already");

    internal void Record(BuyerCommand command) => _all.Add((command.By, command.Key), command);
}
