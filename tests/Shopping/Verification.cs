using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Shopping;

/// <summary>What must hold after the engine, or a part of it, was ended and started again.</summary>
/// <param name="campaign">The sale.</param>
/// <param name="shoppers">All of them.</param>
public sealed class Verification(Campaign campaign, IReadOnlyList<Shopper> shoppers)
{
    private const int AskersAtOnce = 32, OpenShown = 5;

    /// <summary>How a ledger names the sandbox, which is the only provider.</summary>
    private const string SoleProvider = "default";

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
        var books = new ProviderStatement(SoleProvider);
        foreach (var payment in payments)
        {
            var (id, order) = (Text(payment, "payment"), Text(payment, "order"));
            books.Captured(id, order, AmountOf(payment));
            if (payment.TryGetProperty("refund", out var made) && made.ValueKind == JsonValueKind.Object)
                books.Refunded(Text(made, "id"), id, AmountOf(made));
        }

        var paidFor = books.Payments.Values.Select(payment => payment.Order).ToHashSet();
        return string.Join("; ", StatementAudit.Compare(books, sale).Kept.Select(violation => violation.Text)
            .Concat(campaign.Captured.Keys.Where(order => !paidFor.Contains(order))
                .Select(order => $"the cashier confirmed a payment of {order}, and has none"))
            .Take(OpenShown));
    }

    private static Amount AmountOf(JsonElement of)
    {
        var amount = of.GetProperty("amount");
        return new Amount(amount.GetProperty("amount").GetInt64(), Text(amount, "currency"));
    }

    private static string Text(JsonElement of, string member) => of.GetProperty(member).GetString()!;
}
