using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Erasing;

/// <summary>
/// Storage that stops at one step of what is under way and stays so until it is repaired, as when a process is killed
/// there.
/// </summary>
internal sealed class FailingStorage
{
    private readonly SaleHarness _sale;
    private readonly int _step;
    private readonly bool _isStored;
    private int _steps;

    /// <summary>Fails from the change of this number on (from 0).</summary>
    /// <param name="sale">Whose storage.</param>
    /// <param name="step">The change.</param>
    /// <param name="isStored">Whether that change itself is stored, and only its answer lost.</param>
    public FailingStorage(SaleHarness sale, int step, bool isStored)
    {
        (_sale, _step, _isStored) = (sale, step, isStored);
        sale.Documents.OnChange = (change, stored) =>
            Pass(change, stored, () => new IOException($"A test stopped at: {change}"));
        sale.Ledger.OnChange = (change, stored) =>
            Pass(change, stored, () => new LedgerUnavailableException($"A test stopped at: {change}"));
    }

    /// <summary>Where it stopped; null: it never came so far.</summary>
    public string? StoppedAt { get; private set; }

    public void Repair() => (_sale.Documents.OnChange, _sale.Ledger.OnChange) = (null, null);

    private void Pass(string change, bool stored, Func<Exception> failure)
    {
        var step = stored ? Volatile.Read(ref _steps) - 1 : Interlocked.Increment(ref _steps) - 1;
        if (step < _step || (step == _step && _isStored && !stored)) return;
        StoppedAt ??= change;
        throw failure();
    }
}
