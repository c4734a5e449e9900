using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stores;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>The engine as it is delivered: one process, SQLite files.</summary>
internal sealed class EngineStage : IStage
{
    private const int ViolationsShown = 5;

    /// <summary>A day: no hold of an early round ends while a later one is measured, and what is sold out stays so.</summary>
    private const int PaymentWindowSeconds = 86_400;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    /// <summary>Long enough for the clocks of the sale to agree that it is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10);

    private readonly EngineProcess _engine;
    private readonly EngineClient _client;
    private readonly string _chef;

    private EngineStage(EngineProcess engine, string chef)
    {
        (_engine, _chef) = (engine, chef);
        _client = new EngineClient(engine.Address, AnswerWithin);
    }

    public Uri Address => _engine.Address;

    public int HostProcess => _engine.Id;

    public int? StoreProcess => null;

    public string Output => _engine.Output;

    public static async Task<EngineStage> StartAsync(string folder, EngineSecrets secrets, CancellationToken cancellationToken) => new(
        await EngineProcess.StartAsync(new EngineOptions(folder, secrets), cancellationToken),
        new TokenSigner(secrets).Sign(BatchPlan.Channel, "chef", "operator"));

    public async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        var plan = new BatchPlan(batch, stock, DateTimeOffset.UtcNow - OpenFor) { PaymentWindowSeconds = PaymentWindowSeconds };
        var created = await _client.CreateAsync(_chef, plan);
        if (created.Status != 201) throw new EngineException($"the batch could not be created: {created}");
    }

    public async Task<StoredSale?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        await using var export = await _client.LedgerAsync(_chef, batch);
        var sale = await LedgerAudit.ReadAsync(export, cancellationToken);
        var orders = sale.Orders.Select(order => new StoredOrder($"{batch}.{order.Seq}", order.User, order.Units[0]));
        return new StoredSale(
            sale.Terms?.Stock ?? 0,
            sale.Units.Free,
            [.. orders],
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _engine.DisposeAsync();
    }
}
