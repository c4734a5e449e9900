using System.Net;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>An engine, its operator, and buyers with tickets. Disposing leaves the engine as it is.</summary>
internal sealed class Market(EngineUnderLoad engine, EngineSecrets secrets) : IDisposable
{
    /// <summary>The engine bounds an answer to 10 s. An answer that takes longer than this is lost.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private int _batches;
    public EngineUnderLoad Engine => engine;
    public SaleOperator Chef { get; } = new(engine.Fronts[0], secrets);
    public RequestWriter Writer { get; } = new(secrets, engine.Fronts[0].Authority);

    public static async Task<T> RunAsync<T>(
        EngineUnderLoad engine, EngineSecrets secrets, Func<Market, Task<T>> runAsync)
    {
        try
        {
            using var market = new Market(engine, secrets);
            return await runAsync(market);
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException)
        {
            throw new EngineException($"{exception.Message}\n--- the engine's last lines:\n{engine.Output}");
        }
    }

    public WireClient Connect(int connections) =>
        new([.. engine.Fronts.Select(front => new IPEndPoint(IPAddress.Loopback, front.Port))], connections,
            AnswerWithin);

    public async Task SendAsync(Requests requests, int connections, CancellationToken cancellationToken)
    {
        using var wire = Connect(connections);
        await wire.RunAsync(requests, cancellationToken);
    }

    public string NextBatch() => $"batch-{++_batches}";

    public byte[][] Purchases(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => Writer.Purchase(batch, number));

    public async Task<(string Batch, Requests Purchases)> SellOutAsync(int units, Func<Requests, Task> sendAsync)
    {
        var batch = NextBatch();
        await Chef.CreateAsync(batch, units);
        var purchases = new Requests(Purchases(batch, 0, units));
        await sendAsync(purchases);
        RequireAll(purchases);
        return (batch, purchases);
    }

    public static double RequireAll(Requests purchases) => purchases.Good == purchases.Count
        ? purchases.MadePerSecond(purchases.Start, purchases.LastAnswer() + 1)
        : throw new EngineException(
            $"only {purchases.Good} of {purchases.Count} purchases were accepted ({purchases.Unexpected})");

    /// <summary>
    /// What the ledger breaks, and what it lacks of the orders told. Reservations are not looked at: this
    /// program signs the tickets.
    /// </summary>
    public async Task<(AuditedSale Sale, IReadOnlyList<string> Violations)> AuditAsync(
        string batch, CancellationToken cancellationToken, params IReadOnlyList<Requests> told)
    {
        var sale = await Chef.AuditAsync(batch, cancellationToken);
        var record = new ClientRecord();
        foreach (var order in told.SelectMany(requests => requests.Bodies()).Select(OrderTold.Of))
        {
            record.Known(order.User, RequestWriter.AliasOf(order.User));
            record.Ordered(order.User, null, order.Id, [order.Unit]);
        }

        return (sale,
            [.. sale.Violations.Kept.Concat(record.Against(sale).Kept).Select(violation => violation.ToString())]);
    }

    public void Dispose() => Chef.Dispose();
}
