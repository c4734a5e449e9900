using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>The engine in one process, on SQLite files or a PostgreSQL.</summary>
internal sealed class EngineStage(EngineUnderLoad engine, EngineSecrets secrets, Asked asked)
    : Stage(engine.Processes[0], engine.Postgres?.ProcessId)
{
    private const int ViolationsShown = 5;

    /// <summary>Reservations close when the sale opens, and that is after all measurements.</summary>
    private static readonly TimeSpan ReservableFor = TimeSpan.FromHours(12);

    private readonly SaleOperator _operator = new(engine.Fronts[0], secrets);

    public override Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) =>
        _operator.CreateAsync(batch, stock, asked == Asked.Reservation ? DateTimeOffset.UtcNow + ReservableFor : null);

    public override async Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        if (asked == Asked.Reservation) return new StoredRoster(await _operator.RosterAsync(batch));
        var sale = await _operator.AuditAsync(batch, cancellationToken);
        return new StoredSale(
            sale.Terms?.Stock ?? 0,
            sale.Units.Free,
            [.. sale.Orders.Select(order =>
                new OrderTold($"{batch}.{order.Seq}", RequestWriter.UserOf(order.Alias), order.Units[0]))],
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }

    protected override async ValueTask EndAsync()
    {
        _operator.Dispose();
        await engine.DisposeAsync();
    }
}
