using System.Net;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>
/// An engine, its operator, who opens batches, steers them and audits what is stored, and buyers with tickets.
/// Disposing leaves the engine as it is.
/// </summary>
internal sealed class Market(EngineUnderLoad engine, EngineSecrets secrets) : IDisposable
{
    /// <summary>The engine bounds an answer to 10 s. An answer that takes longer than this is lost.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    /// <summary>A day: no hold ends while others are measured.</summary>
    private const int PaymentWindowSeconds = 86_400;

    /// <summary>From the creation to the opening: a batch is created before, so that somebody could reserve.</summary>
    private static readonly TimeSpan OpensAfter = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for the clocks of the sale to agree that it is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan OperatorAnswerWithin = TimeSpan.FromSeconds(60),
        BoardWithin = TimeSpan.FromSeconds(5), BoardInterval = TimeSpan.FromMilliseconds(50);

    private readonly EngineClient _operator = new(engine.Fronts[0], OperatorAnswerWithin);
    private readonly string _token = new TokenSigner(secrets).Sign(BatchPlan.Channel, "chef", "operator");
    private int _batches;

    public EngineUnderLoad Engine => engine;
    public RequestWriter Writer { get; } = new(secrets, engine.Fronts[0].Authority);

    /// <summary>Runs an experiment on it. A failure's message has the engine's last lines.</summary>
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

    /// <summary>Connections to its fronts.</summary>
    public WireClient Connect(int connections) =>
        new([.. engine.Fronts.Select(front => new IPEndPoint(IPAddress.Loopback, front.Port))], connections,
            AnswerWithin);

    /// <summary>Sends requests until all are answered.</summary>
    public async Task SendAsync(Requests requests, int connections, CancellationToken cancellationToken)
    {
        using var wire = Connect(connections);
        await wire.RunAsync(requests, cancellationToken);
    }

    /// <summary>The id of a batch that no one has used.</summary>
    public string NextBatch() => $"batch-{++_batches}";

    /// <summary>Creates a batch, and waits until it is on sale if it is not to open later.</summary>
    /// <param name="batch">Its id.</param>
    /// <param name="stock">Units.</param>
    /// <param name="opens">When the sale opens; null: soon. Until then users may reserve.</param>
    /// <exception cref="EngineException">It could not be created.</exception>
    public async Task CreateAsync(string batch, int stock, DateTimeOffset? opens = null)
    {
        var opening = opens ?? DateTimeOffset.UtcNow + OpensAfter;
        var plan = new BatchPlan(batch, stock, opening) { PaymentWindowSeconds = PaymentWindowSeconds };
        await _operator.OpenAsync(_token, plan);
        if (opens is null) await OpenedAsync(opening);
    }

    /// <summary>Waits until a sale is open, by all clocks.</summary>
    public static async Task OpenedAsync(DateTimeOffset opening)
    {
        var wait = opening + OpenFor - DateTimeOffset.UtcNow;
        if (wait > TimeSpan.Zero) await Task.Delay(wait);
    }

    /// <summary>Announces something for a batch; the announcement's id.</summary>
    /// <exception cref="EngineException">It was refused.</exception>
    public async Task<string> AnnounceAsync(string batch)
    {
        var announced = await _operator.AnnounceAsync(
            _token, new JsonObject { ["batch"] = batch, ["text"] = "The sale is on: reply to this post to buy." });
        return announced.Text("id") ?? throw new EngineException($"an announcement was refused: {announced}");
    }

    /// <summary>Pauses, resumes or closes a sale.</summary>
    public async Task OperateAsync(string batch, string action)
    {
        var done = await _operator.OperateAsync(_token, batch, action);
        if (!done.Succeeded) throw new EngineException($"{action} was refused: {done}");
    }

    /// <summary>The board's free units.</summary>
    public async Task<int> FreeAsync(string batch)
    {
        var board = await _operator.BoardAsync(batch);
        return board.Succeeded
            ? board.Body.GetProperty("free").GetInt32()
            : throw new EngineException($"there is no board: {board}");
    }

    /// <summary>The purchases of so many users, from this one on.</summary>
    public byte[][] Purchases(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => Writer.Purchase(batch, number));

    /// <summary>Sells a whole batch in a closed loop: each connection waits for its answer before it goes on.</summary>
    /// <exception cref="EngineException">Not all purchases were accepted.</exception>
    public async Task<(string Batch, Requests Purchases)> SellOutAsync(int units, Func<Requests, Task> sendAsync)
    {
        var batch = NextBatch();
        await CreateAsync(batch, units);
        var purchases = new Requests(Purchases(batch, 0, units));
        await sendAsync(purchases);
        RequireAll(purchases);
        return (batch, purchases);
    }

    /// <summary>Sees to it that all purchases were accepted; how many were in a second.</summary>
    /// <exception cref="EngineException">Not all were.</exception>
    public static double RequireAll(Requests purchases) => purchases.Good == purchases.Count
        ? purchases.PerSecond
        : throw new EngineException(
            $"only {purchases.Good} of {purchases.Count} purchases were accepted ({purchases.Unexpected})");

    /// <summary>Reads the whole ledger of a batch.</summary>
    public async Task<AuditedSale> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        await using var export = await _operator.LedgerAsync(_token, batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    /// <summary>The users who have a reservation, and their aliases, as the ledgers of reservations have it.</summary>
    public Task<IReadOnlyDictionary<string, string>> RosterAsync(string batch) => _operator.RosterAsync(_token, batch);

    /// <summary>
    /// What the ledger breaks, and what it lacks of the orders told. Reservations are not looked at: this
    /// program signs the tickets.
    /// </summary>
    public async Task<(AuditedSale Sale, IReadOnlyList<string> Violations)> AuditAsync(
        string batch, CancellationToken cancellationToken, params IReadOnlyList<Requests> told)
    {
        var (sale, record) = (await ReadAsync(batch, cancellationToken), new ClientRecord());
        foreach (var order in told.SelectMany(requests => requests.Bodies()).Select(OrderTold.Of))
        {
            record.Known(order.User, RequestWriter.AliasOf(order.User));
            record.Ordered(order.User, null, order.Id, [order.Unit]);
        }

        return (sale,
            [.. sale.Violations.Kept.Concat(record.Against(sale).Kept).Select(violation => violation.ToString())]);
    }

    /// <summary>The board lags by 200 ms at most; once it has caught up it must say what the ledger says.</summary>
    /// <returns>In which way it differs; null if it does not.</returns>
    public async Task<string?> BoardDisagreesAsync(string batch, AuditedSale sale, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(BoardWithin);
        while (true)
        {
            var board = (await _operator.BoardAsync(batch)).Body;
            var head = board.GetProperty("head");
            var said = new UnitCounts(Count("stock"), Count("free"), Count("held"), Count("sold"), Count("withdrawn"));
            if (said == sale.Units && head.GetProperty("hash").GetString() == sale.HeadHash) return null;
            if (patience.IsCancellationRequested)
                return $"the board says {said} at {head}, the ledger {sale.Units} at {sale.HeadSeq}";
            await Task.Delay(BoardInterval, cancellationToken);

            int Count(string name) => board.GetProperty(name).GetInt32();
        }
    }

    public void Dispose() => _operator.Dispose();
}
