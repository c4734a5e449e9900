using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

/// <summary>The ledger of the grains' tests keeps the same contract as the real ones.</summary>
public sealed class MemoryLedgerTests : LedgerContract
{
    private readonly MemoryLedger _ledger = new();

    protected override Task<ILedger> OpenAsync() => Task.FromResult<ILedger>(_ledger);

    protected override Task CloseAsync(ILedger ledger) => Task.CompletedTask;
}
