using System.Text.Json;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Payments;

/// <summary>The engine. In each turn it has a fresh batch, whose orders all have their checkouts open.</summary>
internal sealed class NotifiedEngine(string name, Market market, PaymentsOptions options) : Notified(
    name, new Stage(market.Engine.Secrets, market.Engine.Processes[0], market.Engine.Postgres?.ProcessId, market),
    options)
{
    private const int ViolationsShown = 5, MaxTries = 5;

    private string _batch = "";
    private ProviderStatement _statement = new(SoleProvider.Name);

    protected override async Task<byte[][]> PrepareAsync(CancellationToken cancellationToken)
    {
        (_batch, _statement) = (market.NextBatch(), new ProviderStatement(SoleProvider.Name));
        using var wire = market.Connect(Options.Connections);
        var count = Options.Orders;
        var (opens, reservations) = await market.ReserveAsync(_batch, count, count, wire, cancellationToken);
        await Market.OpenedAsync(opens);
        // The tickets that the engine gave out: its ledger must have the aliases of the users who pay.
        var purchases = await DoneAsync("purchases", Fate.Made, number => market.Writer.Purchase(
            _batch, $"Ticket {OrderTold.TicketOf(reservations.BodyOf(number)!.Value)}", """{"quantity":1}"""));
        var orders = purchases.Bodies().Select(OrderTold.Of).ToArray();
        var checkouts = await DoneAsync(
            "checkouts", Fate.Repeated, number => market.Writer.CheckOut(orders[number].Id, number));
        return RequestWriter.Many(0, count, number =>
        {
            var (order, payment) = (orders[number].Id, $"pay-{_batch}-{number}");
            _statement.Captured(payment, order, new Amount(BatchPlan.Price, BatchPlan.Currency));
            return market.Writer.Captured(
                order, orders[number].User, CheckoutOf(checkouts.BodyOf(number)!.Value), payment);
        });

        async Task<Requests> DoneAsync(string what, Fate fate, Func<int, byte[]> request)
        {
            var work = new Requests(RequestWriter.Many(0, count, request)) { Expected = fate, MaxTries = MaxTries };
            await wire.RunAsync(work, cancellationToken);
            return work.Good == count
                ? work
                : throw new EngineException($"{work.Good} of {count} {what} were made: {work.Unexpected}");
        }
    }

    // A provider repeats what it was not told in time. The second notification changes nothing.
    protected override async Task<IReadOnlyList<string>> JudgeAsync(
        byte[][] sent, CancellationToken cancellationToken)
    {
        var repeats = await SendAsync(sent, cancellationToken);
        var sale = await market.ReadAsync(_batch, cancellationToken);
        var found = sale.Violations.Kept.Concat(StatementAudit.Compare(_statement, sale).Kept);
        var paid = sale.Orders.Count(order => order is { Live: true, Payment: not null });
        return
        [
            .. Unexpected(repeats, "repeats"),
            .. found.Take(ViolationsShown).Select(violation => $"{_batch}: {violation}"),
            .. paid == Options.Orders ? (string[])[] : [$"{paid} of {Options.Orders} orders are paid"],
        ];
    }

    // The last segment of its address.
    private static string CheckoutOf(ReadOnlyMemory<byte> told)
    {
        var url = JsonElement.Parse(told.Span).GetProperty("checkoutUrl").GetString()!;
        return url[(url.LastIndexOf('/') + 1)..];
    }
}
