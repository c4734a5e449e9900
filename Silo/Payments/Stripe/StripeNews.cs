using OrleansSale.GrainInterfaces.Payments;
using Stripe;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// What became of a payment at Stripe. Events come in any order and say little, so Stripe is asked how things are now.
/// </summary>
internal sealed class StripeNews(PaymentIntentService intents, DisputeService disputes, StripeRefunds refunds)
{
    /// <summary>Most disputes of one payment that are looked at.</summary>
    public const int MaxListed = 100;

    /// <summary>Asks for a payment. Null: it is none of the engine's.</summary>
    /// <exception cref="PaymentProviderException">Stripe refused or did not answer.</exception>
    public async Task<PaymentNews?> FindAsync(string payment, CancellationToken cancellationToken)
    {
        PaymentIntent intent;
        try
        {
            intent = await StripeCalls.AskAsync(
                "payment", token => intents.GetAsync(payment, cancellationToken: token), cancellationToken);
        }
        catch (PaymentProviderException e) when (e.Code == "404 resource_missing")
        {
            return null;
        }
        if (intent.Metadata?.GetValueOrDefault(StripeMetadata.Order) is not { Length: > 0 } order) return null;
        var list = new DisputeListOptions { PaymentIntent = payment, Limit = MaxListed };
        var disputed = await StripeCalls.AskAsync(
            "list of disputes", token => disputes.ListAsync(list, cancellationToken: token), cancellationToken);
        return new PaymentNews(
            order, payment, await refunds.FindOthersAsync(payment, cancellationToken),
            [.. disputed.Data.Select(NewsOf)]);
    }

    private static DisputeNews NewsOf(Dispute dispute) => new(
        StripePaymentProvider.IsId(dispute.Id) ? dispute.Id
            : throw StripeCalls.Unusable("Stripe gave a dispute without a usable id."),
        StripeAmount.From(dispute.Amount, dispute.Currency ?? "")
            ?? throw StripeCalls.Unusable("Stripe gave a dispute without a usable amount."),
        StateOf(dispute.Status));

    // An inquiry that was closed took no money, and neither did a dispute that Stripe prevented.
    private static DisputeState StateOf(string? status) => status switch
    {
        "lost" => DisputeState.Lost,
        "won" or "warning_closed" or "prevented" => DisputeState.Won,
        _ => DisputeState.Open,
    };
}
