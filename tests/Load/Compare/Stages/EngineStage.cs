using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stores;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>The engine as it is delivered: one process, SQLite files.</summary>
internal sealed class EngineStage : IStage
{
    private const int ViolationsShown = 5;

    private readonly EngineProcess _engine;
    private readonly SaleOperator _operator;

    private EngineStage(EngineProcess engine, EngineSecrets secrets) =>
        (_engine, _operator) = (engine, new SaleOperator(engine.Address, secrets));

    public Uri Address => _engine.Address;

    public int HostProcess => _engine.Id;

    public int? StoreProcess => null;

    public string Output => _engine.Output;

    public static async Task<EngineStage> StartAsync(string folder, EngineSecrets secrets, CancellationToken cancellationToken) =>
        new(await EngineProcess.StartAsync(new EngineOptions(folder, secrets), cancellationToken), secrets);

    public Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) => _operator.CreateAsync(batch, stock);

    public async Task<StoredSale?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        var sale = await _operator.AuditAsync(batch, cancellationToken);
        var orders = sale.Orders.Select(order => new StoredOrder($"{batch}.{order.Seq}", order.User, order.Units[0]));
        return new StoredSale(
            sale.Terms?.Stock ?? 0,
            sale.Units.Free,
            [.. orders],
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }

    public ValueTask DisposeAsync()
    {
        _operator.Dispose();
        return _engine.DisposeAsync();
    }
}
