using OrleansSale.GrainInterfaces.Payments;
using Stripe;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Refunds at Stripe. What is there already is looked at first, because Stripe forgets idempotency keys after a day,
/// and because a repeat under one key is told what was so at the first time.
/// </summary>
internal sealed class StripeRefunds(RefundService refunds)
{
    /// <summary>Most refunds of one payment that are looked at.</summary>
    public const int MaxListed = 100;

    private const string Succeeded = "succeeded", Pending = "pending", RequiresAction = "requires_action";

    /// <summary>Pays a payment back whole, or finds that it was.</summary>
    /// <exception cref="PaymentProviderException">It is not paid back, or not yet: the code says why.</exception>
    public async Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        var owed = StripeAmount.Of(request.Amount) ?? throw new PaymentProviderException(
            "Stripe cannot pay back this amount in this currency.", "unusable-amount", isRefusal: true);
        var list = new RefundListOptions { PaymentIntent = request.Payment, Limit = MaxListed };
        var there = await StripeCalls.AskAsync(
            "list of refunds", token => refunds.ListAsync(list, cancellationToken: token), cancellationToken);
        if (there.HasMore) throw StripeCalls.Unusable("A payment has more refunds than are looked at.");
        return Before(there.Data, owed) ?? Made(await CreateAsync(request, owed, cancellationToken));
    }

    private Task<Refund> CreateAsync(RefundRequest request, long owed, CancellationToken cancellationToken)
    {
        var options = new RefundCreateOptions
        {
            PaymentIntent = request.Payment,
            Amount = owed,
            Metadata = new Dictionary<string, string> { [StripeMetadata.Order] = request.Order },
        };
        var once = new RequestOptions { IdempotencyKey = $"refund-{request.Payment}" };
        return StripeCalls.AskAsync("refund", token => refunds.CreateAsync(options, once, token), cancellationToken);
    }

    // Null: nothing was paid back, and nothing is under way.
    private static ProviderRefund? Before(List<Refund> refunds, long owed)
    {
        var succeeded = refunds.Where(refund => refund.Status == Succeeded).ToList();
        var paidBack = succeeded.Sum(refund => refund.Amount);
        if (succeeded.Count > 0 && paidBack == owed)
        {
            return succeeded.Find(IsOurs) is { } ours ? Made(ours)
                : new ProviderRefund(IdOf(succeeded[0]), Elsewhere: true);
        }
        if (refunds.Find(refund => refund.Status is Pending or RequiresAction) is { } open) throw NotMade(open);
        if (paidBack > 0)
        {
            throw new PaymentProviderException(
                "Stripe has paid back another amount than is owed.", "partly-refunded", isRefusal: true);
        }
        // Its money is the merchant's again, and another try would fail like it: people have to pay it back.
        if (refunds.Find(IsOurs) is { } failed) throw NotMade(failed);
        return null;
    }

    private static ProviderRefund Made(Refund refund) =>
        refund.Status == Succeeded ? new ProviderRefund(IdOf(refund)) : throw NotMade(refund);

    private static PaymentProviderException NotMade(Refund refund)
    {
        var isUnderWay = refund.Status is Pending or RequiresAction;
        var code = $"refund-{StripeCalls.Word(refund.Status).Replace('_', '-')}";
        if ((isUnderWay ? refund.PendingReason : refund.FailureReason) is { Length: > 0 } reason)
            code += $" {StripeCalls.Word(reason)}";
        return new PaymentProviderException($"Stripe has not paid it back: {code}.", code, isRefusal: !isUnderWay);
    }

    private static string IdOf(Refund refund) => StripePaymentProvider.IsId(refund.Id) ? refund.Id
        : throw StripeCalls.Unusable("Stripe gave a refund without a usable id.");

    private static bool IsOurs(Refund refund) => refund.Metadata?.ContainsKey(StripeMetadata.Order) == true;
}
