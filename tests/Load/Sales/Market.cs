using System.Net;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>
/// An engine, its operator, who opens batches, steers them and audits what is stored, and buyers with tickets.
/// Disposing ends the engine.
/// </summary>
internal sealed class Market(EngineUnderLoad engine) : IAsyncDisposable
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

    /// <summary>Reservations a second, as the first batch takes them for granted.</summary>
    private const double LikelyReservations = 1_000;

    /// <summary>Of the reservations a second that were seen last, what the next batch takes for granted.</summary>
    private const double Caution = 0.6;

    /// <summary>Fewer reservations than this say nothing about how many can be made in a second.</summary>
    private const int LeastToGoBy = 1_000;

    private const int MaxReserveTries = 5;

    private static readonly TimeSpan LeastReservable = TimeSpan.FromSeconds(3);

    private readonly EngineClient _operator = new(engine.Fronts[0], OperatorAnswerWithin);
    private readonly string _token = new TokenSigner(engine.Secrets).Sign(BatchPlan.Channel, "chef", "operator");
    private double _reservationsPerSecond = LikelyReservations;
    private int _batches;

    public EngineUnderLoad Engine => engine;
    public RequestWriter Writer { get; } = new(engine.Secrets, engine.Fronts[0].Authority);

    /// <summary>Runs an experiment on an engine, and ends that. A failure's message has its last lines.</summary>
    public static async Task<T> RunAsync<T>(Task<EngineUnderLoad> starting, Func<Market, Task<T>> runAsync)
    {
        var engine = await starting;
        await using var market = new Market(engine);
        try
        {
            return await runAsync(market);
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException)
        {
            throw new EngineException($"{exception.Message}\n--- the engine's last lines:\n{engine.Output}");
        }
    }

    public WireClient Connect(int connections) => new(Servers(), connections, AnswerWithin);

    /// <summary>The same for answers of up to so many bytes.</summary>
    public WireClient Connect(int connections, int maxAnswerBytes) =>
        new(Servers(), connections, AnswerWithin, maxAnswerBytes);

    public async Task SendAsync(Requests requests, int connections, CancellationToken cancellationToken)
    {
        using var wire = Connect(connections);
        await wire.RunAsync(requests, cancellationToken);
    }

    public string NextBatch() => $"batch-{++_batches}";

    /// <summary>Creates a batch, and waits until it is on sale if it is not to open later.</summary>
    /// <param name="opens">When the sale opens; null: soon. Until then users may reserve.</param>
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

    /// <summary>
    /// Creates a batch and reserves for so many users with their own tokens. A schedule is fixed when the batch is
    /// created, so the opening is set to when all will have reserved on this machine, with a margin.
    /// </summary>
    /// <param name="opens">When the sale opens, if that is fixed.</param>
    /// <exception cref="EngineException">Not all could reserve before the opening.</exception>
    public async Task<(DateTimeOffset Opens, Requests Reservations)> ReserveAsync(
        string batch, int stock, int users, WireClient wire, CancellationToken cancellationToken,
        DateTimeOffset? opens = null)
    {
        var requests = RequestWriter.Many(0, users, number => Writer.Reservation(batch, number));
        var opening = opens
            ?? DateTimeOffset.UtcNow + LeastReservable + TimeSpan.FromSeconds(users / _reservationsPerSecond);
        await CreateAsync(batch, stock, opening);
        var reservations = new Requests(requests) { MaxTries = MaxReserveTries };
        await wire.RunAsync(reservations, cancellationToken);
        if (reservations.Bodies().Count() < users)
            throw new EngineException($"not all could reserve: {reservations.Unexpected}");
        if (users >= LeastToGoBy) _reservationsPerSecond = reservations.PerSecond * Caution;
        return (opening, reservations);
    }

    /// <summary>Announces something for a batch; the announcement's id.</summary>
    public async Task<string> AnnounceAsync(string batch) => Succeeded(await _operator.AnnounceAsync(
        _token, new JsonObject { ["batch"] = batch, ["text"] = "The sale is on: reply to this post to buy." }))
        .Text("id")!;

    public async Task OperateAsync(string batch, string action) =>
        Succeeded(await _operator.OperateAsync(_token, batch, action));

    public async Task<int> FreeAsync(string batch) =>
        Succeeded(await _operator.BoardAsync(batch)).Body.GetProperty("free").GetInt32();

    /// <summary>The purchases of so many users, from this one on.</summary>
    public byte[][] Purchases(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => Writer.Purchase(batch, number));

    /// <summary>Sells a whole batch in a closed loop: each connection waits for its answer before it goes on.</summary>
    public async Task<(string Batch, Requests Purchases)> SellOutAsync(
        int units, int connections, CancellationToken cancellationToken)
    {
        var batch = NextBatch();
        await CreateAsync(batch, units);
        var purchases = new Requests(Purchases(batch, 0, units));
        await SendAsync(purchases, connections, cancellationToken);
        RequireAll(purchases);
        return (batch, purchases);
    }

    /// <summary>Sees to it that all purchases were accepted; how many were in a second.</summary>
    public static double RequireAll(Requests purchases) => purchases.Good == purchases.Count
        ? purchases.PerSecond
        : throw new EngineException(
            $"only {purchases.Good} of {purchases.Count} purchases were accepted ({purchases.Unexpected})");

    public async Task<AuditedSale> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        await using var export = await _operator.LedgerAsync(_token, batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    /// <summary>The users who have a reservation, and their aliases, as the ledgers of reservations have it.</summary>
    public Task<IReadOnlyDictionary<string, string>> RosterAsync(string batch) => _operator.RosterAsync(_token, batch);

    /// <summary>What the ledger breaks, and what it lacks of what clients were told.</summary>
    public async Task<(AuditedSale Sale, IReadOnlyList<string> Violations)> AuditAsync(
        string batch, ClientRecord told, CancellationToken cancellationToken)
    {
        var sale = await ReadAsync(batch, cancellationToken);
        return (sale,
            [.. sale.Violations.Kept.Concat(told.Against(sale).Kept).Select(violation => violation.ToString())]);
    }

    /// <summary>The same of orders told. Reservations are not looked at: this program signs the tickets.</summary>
    public Task<(AuditedSale Sale, IReadOnlyList<string> Violations)> AuditAsync(
        string batch, CancellationToken cancellationToken, params IReadOnlyList<Requests> told)
    {
        var record = new ClientRecord();
        foreach (var order in told.SelectMany(requests => requests.Bodies()).Select(OrderTold.Of))
        {
            record.Known(order.User, RequestWriter.AliasOf(order.User));
            record.Ordered(order.User, null, order.Id, [order.Unit]);
        }

        return AuditAsync(batch, record, cancellationToken);
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

    public ValueTask DisposeAsync()
    {
        _operator.Dispose();
        return engine.DisposeAsync();
    }

    private List<IPEndPoint> Servers() =>
        [.. engine.Fronts.Select(front => new IPEndPoint(IPAddress.Loopback, front.Port))];

    private static EngineAnswer Succeeded(EngineAnswer answer) =>
        answer.Succeeded ? answer : throw new EngineException($"the operator was refused: {answer}");
}
