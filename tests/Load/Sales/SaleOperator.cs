using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load;

/// <summary>The operator of sales under load: opens batches, steers them and audits their ledgers.</summary>
internal sealed class SaleOperator : IDisposable
{
    /// <summary>A day: no hold ends while others are measured.</summary>
    private const int PaymentWindowSeconds = 86_400;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    /// <summary>From the creation to the opening: a batch is created before, so that somebody could reserve.</summary>
    private static readonly TimeSpan OpensAfter = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for the clocks of the sale to agree that it is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    private readonly EngineClient _client;
    private readonly string _token;

    /// <param name="engine">Where it listens.</param>
    /// <param name="secrets">Its secrets.</param>
    public SaleOperator(Uri engine, EngineSecrets secrets) => (_client, _token) = (
        new EngineClient(engine, AnswerWithin), new TokenSigner(secrets).Sign(BatchPlan.Channel, "chef", "operator"));

    /// <summary>Creates a batch, and waits until it is on sale if it is not to open later.</summary>
    /// <param name="batch">Its id.</param>
    /// <param name="stock">Units.</param>
    /// <param name="opens">When the sale opens; null: soon.</param>
    /// <exception cref="EngineException">It could not be created.</exception>
    public async Task CreateAsync(string batch, int stock, DateTimeOffset? opens = null)
    {
        var opening = opens ?? DateTimeOffset.UtcNow + OpensAfter;
        var plan = new BatchPlan(batch, stock, opening) { PaymentWindowSeconds = PaymentWindowSeconds };
        var created = await _client.CreateAsync(_token, plan);
        if (created.Status != 201) throw new EngineException($"the batch could not be created: {created}");
        var wait = opening + OpenFor - DateTimeOffset.UtcNow;
        if (opens is null && wait > TimeSpan.Zero) await Task.Delay(wait);
    }

    /// <summary>Pauses, resumes or closes a sale.</summary>
    /// <exception cref="EngineException">It could not be done.</exception>
    public async Task OperateAsync(string batch, string action)
    {
        var done = await _client.OperateAsync(_token, batch, action);
        if (!done.Succeeded) throw new EngineException($"{action} was refused: {done}");
    }

    /// <summary>The board's phase and free units.</summary>
    /// <exception cref="EngineException">There is no board.</exception>
    public async Task<(string Phase, int Free)> BoardAsync(string batch)
    {
        var board = await _client.BoardAsync(batch);
        return board.Succeeded
            ? (board.Text("phase")!, board.Body.GetProperty("free").GetInt32())
            : throw new EngineException($"there is no board: {board}");
    }

    /// <summary>Reads the whole ledger of a batch.</summary>
    public async Task<AuditedSale> AuditAsync(string batch, CancellationToken cancellationToken)
    {
        await using var export = await _client.LedgerAsync(_token, batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    /// <summary>The metrics in Prometheus' text format.</summary>
    public Task<string> MetricsAsync() => _client.MetricsAsync();

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
