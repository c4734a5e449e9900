using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>The operator of sales under load: opens batches, steers them and audits what is stored of them.</summary>
internal sealed class SaleOperator : IDisposable
{
    /// <summary>A day: no hold ends while others are measured.</summary>
    private const int PaymentWindowSeconds = 86_400;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    /// <summary>From the creation to the opening: a batch is created before, so that somebody could reserve.</summary>
    private static readonly TimeSpan OpensAfter = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for the clocks of the sale to agree that it is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BoardWithin = TimeSpan.FromSeconds(5),
        BoardInterval = TimeSpan.FromMilliseconds(50);

    private readonly EngineClient _client;
    private readonly string _token;

    public SaleOperator(Uri engine, EngineSecrets secrets) => (_client, _token) = (
        new EngineClient(engine, AnswerWithin), new TokenSigner(secrets).Sign(BatchPlan.Channel, "chef", "operator"));

    public async Task CreateAsync(string batch, int stock, DateTimeOffset? opens = null)
    {
        var opening = opens ?? DateTimeOffset.UtcNow + OpensAfter;
        var plan = new BatchPlan(batch, stock, opening) { PaymentWindowSeconds = PaymentWindowSeconds };
        await _client.OpenAsync(_token, plan);
        var wait = opening + OpenFor - DateTimeOffset.UtcNow;
        if (opens is null && wait > TimeSpan.Zero) await Task.Delay(wait);
    }

    public async Task OperateAsync(string batch, string action)
    {
        var done = await _client.OperateAsync(_token, batch, action);
        if (!done.Succeeded) throw new EngineException($"{action} was refused: {done}");
    }

    public async Task<int> FreeAsync(string batch)
    {
        var board = await _client.BoardAsync(batch);
        return board.Succeeded
            ? board.Body.GetProperty("free").GetInt32()
            : throw new EngineException($"there is no board: {board}");
    }

    public async Task<AuditedSale> AuditAsync(string batch, CancellationToken cancellationToken)
    {
        await using var export = await _client.LedgerAsync(_token, batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    public Task<IReadOnlySet<string>> RosterAsync(string batch) => _client.RosterAsync(_token, batch);

    public async Task<string?> BoardDisagreesAsync(string batch, AuditedSale sale, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(BoardWithin);
        while (true)
        {
            var board = (await _client.BoardAsync(batch)).Body;
            var head = board.GetProperty("head");
            var said = new UnitCounts(Count("stock"), Count("free"), Count("held"), Count("sold"), Count("withdrawn"));
            if (said == sale.Units && head.GetProperty("hash").GetString() == sale.HeadHash) return null;
            if (patience.IsCancellationRequested)
                return $"the board says {said} at {head}, the ledger {sale.Units} at {sale.HeadSeq}";
            await Task.Delay(BoardInterval, cancellationToken);

            int Count(string name) => board.GetProperty(name).GetInt32();
        }
    }

    public void Dispose() => _client.Dispose();
}
