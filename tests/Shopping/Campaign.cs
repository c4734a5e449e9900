using System.Collections.Concurrent;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Shopping;

/// <summary>
/// A sale and what lasts from one life of the engine to the next: its secrets, and all that clients were told.
/// </summary>
/// <param name="name">Begins the ids of its batches.</param>
/// <param name="seed">Decides everything that is left to chance.</param>
/// <param name="secrets">The engine's.</param>
public sealed class Campaign(string name, int seed, EngineSecrets secrets)
{
    /// <summary>Of one audit: a broken promise is often broken many times.</summary>
    private const int ViolationsKept = 5;

    private static readonly int[] ReservationWindowsSeconds = [3, 6, 12, 24, 48];

    /// <summary>Chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Signs tokens.</summary>
    public TokenSigner Signer { get; } = new(secrets);

    /// <summary>An operator's token.</summary>
    public string Chef { get; } = new TokenSigner(secrets).Sign(BatchPlan.Channel, "chef", "operator");

    /// <summary>The batch that is on sale; empty before <see cref="OpenAsync"/>.</summary>
    public string Sale { get; private set; } = "";

    /// <summary>The batch that users reserve for.</summary>
    public string Next { get; } = $"{name}-next";

    /// <summary>What went against the contract.</summary>
    public Findings Findings { get; } = new();

    /// <summary>What clients were told about <see cref="Sale"/>.</summary>
    public ClientRecord SaleRecord { get; private set; } = new();

    /// <summary>What clients were told about <see cref="Next"/>.</summary>
    public ClientRecord NextRecord { get; } = new();

    /// <summary>Orders whose payment the cashier confirmed: captured, whatever the engine knows of it.</summary>
    public ConcurrentDictionary<string, bool> Captured { get; } = new();

    /// <summary>Refunds in the ledger when it was last read.</summary>
    public int Refunds { get; private set; }

    internal string PaymentsApiKey => secrets.PaymentsApiKey;

    /// <summary>Opens a sale for which all shoppers have reserved. A slow machine gets longer windows.</summary>
    /// <exception cref="EngineException">The engine refused, or the shoppers could not reserve in time.</exception>
    public async Task OpenAsync(
        EngineClient client, SaleShape shape, IReadOnlyList<Shopper> shoppers, CancellationToken cancellationToken)
    {
        await client.OpenAsync(Chef, new BatchPlan(Next, shape.Units, DateTimeOffset.UtcNow.AddHours(1)));
        foreach (var seconds in ReservationWindowsSeconds)
        {
            (Sale, SaleRecord) = ($"{name}-now-{seconds}", new ClientRecord());
            var opens = DateTimeOffset.UtcNow.AddSeconds(seconds);
            await client.OpenAsync(Chef, new BatchPlan(Sale, shape.Units, opens)
            {
                PerUserLimit = shape.PerUserLimit,
                PaymentWindowSeconds = shape.PaymentWindowSeconds,
                StandbyLimit = shape.StandbyLimit,
            });
            var reserved = await Task.WhenAll(shoppers.Select(shopper => shopper.ReserveForSaleAsync(client)));
            var wait = opens - DateTimeOffset.UtcNow;
            if (reserved.Contains(false) || wait <= TimeSpan.Zero) continue;
            await Task.Delay(wait, cancellationToken); // paced: the opening
            return;
        }

        throw new EngineException("the shoppers could not reserve in time");
    }

    /// <summary>The ledger of a batch, replayed and checked; with what clients were told about it.</summary>
    public async Task<AuditedSale> AuditAsync(EngineClient client, string batch, string when)
    {
        await using var export = await client.LedgerAsync(Chef, batch);
        var sale = await LedgerAudit.ReadAsync(export);
        var told = (batch == Sale ? SaleRecord : NextRecord).Against(sale);
        foreach (var violation in sale.Violations.Kept.Concat(told.Kept).Take(ViolationsKept))
            Findings.Add($"{when}, {batch}: {violation}");
        if (batch == Sale) Refunds = sale.Payments.Values.Count(payment => payment.End == PaymentEnd.Refunded);
        return sale;
    }
}

/// <summary>The terms of a sale that tests vary.</summary>
/// <param name="Units">Units.</param>
/// <param name="PerUserLimit">Units a user may have.</param>
/// <param name="PaymentWindowSeconds">From a hold to its payBy.</param>
/// <param name="StandbyLimit">Most users who may wait in the line; null: as many as units.</param>
public sealed record SaleShape(
    int Units, int PerUserLimit, int PaymentWindowSeconds, int? StandbyLimit = null);
