using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Shopping;

/// <summary>What must hold after the engine, or a part of it, was ended and started again.</summary>
/// <param name="campaign">The sale.</param>
/// <param name="shoppers">All of them.</param>
public sealed class Verification(Campaign campaign, IReadOnlyList<Shopper> shoppers)
{
    private const int AskersAtOnce = 32;

    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// After every restart: nothing told is lost, everything asked again is answered the same, the sale goes on.
    /// </summary>
    /// <param name="life">The life after the restart.</param>
    /// <param name="when">Which restart, for findings.</param>
    public async Task AfterRestartAsync(Life life, string when)
    {
        await AuditAsync(life, $"after {when}");
        await Parallel.ForEachAsync(
            shoppers,
            new ParallelOptions { MaxDegreeOfParallelism = AskersAtOnce },
            async (shopper, _) => await shopper.AskAgainAsync(life));
        await AuditAsync(life, $"after {when} and asking again");
    }

    /// <summary>
    /// At the end: every captured payment is a paid order or a refund, at the engine and at the provider alike.
    /// </summary>
    public async Task MoneyAsync(EngineClient client, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(SettleWithin);
        var open = "";
        try
        {
            while (true)
            {
                var payments = await client.PaymentsAsync(campaign.PaymentsApiKey);
                var sale = await campaign.AuditAsync(client, campaign.Sale, "at the end");
                open = WhatIsOpen(payments, sale);
                if (open.Length == 0) return;
                await Task.Delay(SettleInterval, patience.Token); // bounded poll
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            campaign.Findings.Add($"money is still open after {SettleWithin.TotalSeconds} s: {open}");
        }
    }

    private async Task AuditAsync(Life life, string when)
    {
        await campaign.AuditAsync(life.Client, campaign.Sale, when);
        await campaign.AuditAsync(life.Client, campaign.Next, when);
        await CheckRosterAsync(life, campaign.Sale, campaign.SaleRecord, when);
        await CheckRosterAsync(life, campaign.Next, campaign.NextRecord, when);
    }

    private async Task CheckRosterAsync(Life life, string batch, ClientRecord record, string when)
    {
        var roster = await life.Client.RosterAsync(campaign.Chef, batch);
        foreach (var violation in record.AgainstRoster(roster.Keys.ToHashSet(StringComparer.Ordinal)).Kept)
            campaign.Findings.Add($"{when}, {batch}: {violation}");
    }

    private string WhatIsOpen(IReadOnlyList<JsonElement> payments, AuditedSale sale)
    {
        var open = new List<string>();
        var captured = payments.ToDictionary(payment => payment.GetProperty("payment").GetString()!);
        // The sandbox is the only provider, so its ids are unique.
        var known = sale.Payments.Values.ToDictionary(payment => payment.Payment.Id);
        foreach (var (id, payment) in captured)
        {
            var order = payment.GetProperty("order").GetString();
            var refund = payment.TryGetProperty("refund", out var made) && made.ValueKind == JsonValueKind.Object
                ? made.GetProperty("id").GetString()
                : null;
            if (!known.TryGetValue(id, out var recorded))
                open.Add($"{id} of {order} is captured, and not in the ledger");
            else if (recorded.End == PaymentEnd.Owed) open.Add($"{id} of {order} is owed");
            else if (recorded.Refund != refund)
                open.Add($"{id} of {order}: refund {recorded.Refund}, but {refund} was made");
        }

        open.AddRange(known.Keys.Except(captured.Keys).Select(id => $"{id} was never captured"));
        var paidFor = payments.Select(payment => payment.GetProperty("order").GetString()).ToHashSet();
        open.AddRange(campaign.Captured.Keys.Where(order => !paidFor.Contains(order))
            .Select(order => $"the cashier confirmed a payment of {order}, and has none"));
        return string.Join("; ", open.Take(5));
    }
}
