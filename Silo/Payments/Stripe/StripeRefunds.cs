using System.Globalization;
using OrleansSale.GrainInterfaces.Payments;
using Stripe;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Refunds at Stripe. What is there already is looked at first, because Stripe forgets idempotency keys after a day,
/// and because a repeat under one key is told what was so at the first time.
/// </summary>
internal sealed class StripeRefunds(RefundService refunds, TimeProvider timeProvider)
{
    /// <summary>Most refunds of one payment that are looked at.</summary>
    public const int MaxListed = 100;

    /// <summary>Most refunds that the engine makes of one payment. All but the last one failed.</summary>
    public const int MaxTries = 3;

    /// <summary>From a refund that failed to the next one.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private const string Succeeded = "succeeded", Pending = "pending", RequiresAction = "requires_action";

    /// <summary>Pays back what is left of a payment, or finds that it was.</summary>
    /// <exception cref="PaymentProviderException">It is not paid back, or not yet: the code says why.</exception>
    public async Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        var owed = StripeAmount.Of(request.Amount);
        var before = StripeAmount.Of(request.Amount with { Amount = request.PaidBack });
        if (owed is null || before is null)
        {
            throw new PaymentProviderException(
                "Stripe cannot pay back this amount in this currency.", "unusable-amount", isRefusal: true);
        }
        var there = await ListAsync(request.Payment, cancellationToken);
        if (Before(there, owed.Value, before.Value) is { } made) return made;
        return Made(await CreateAsync(request, owed.Value, there.Count(IsOurs), cancellationToken));
    }

    /// <summary>The refunds that were made at Stripe without a request of the engine.</summary>
    /// <exception cref="PaymentProviderException">Stripe refused or did not answer.</exception>
    public async Task<RefundNews[]> FindOthersAsync(string payment, CancellationToken cancellationToken)
    {
        var there = await ListAsync(payment, cancellationToken);
        return
        [
            .. there.Where(refund => refund.Status == Succeeded && !IsOurs(refund))
                .Select(refund => new RefundNews(
                    IdOf(refund), StripeAmount.From(refund.Amount, refund.Currency ?? "")
                        ?? throw StripeCalls.Unusable("Stripe gave a refund without a usable amount."))),
        ];
    }

    private async Task<List<Refund>> ListAsync(string payment, CancellationToken cancellationToken)
    {
        var list = new RefundListOptions { PaymentIntent = payment, Limit = MaxListed };
        var there = await StripeCalls.AskAsync(
            "list of refunds", token => refunds.ListAsync(list, cancellationToken: token), cancellationToken);
        return there.HasMore ? throw StripeCalls.Unusable("A payment has more refunds than are looked at.")
            : there.Data;
    }

    // A key is bound to the first answer under it, so another try needs another key.
    private Task<Refund> CreateAsync(RefundRequest request, long owed, int tries, CancellationToken cancellationToken)
    {
        var options = new RefundCreateOptions
        {
            PaymentIntent = request.Payment,
            Amount = owed,
            Metadata = new Dictionary<string, string> { [StripeMetadata.Order] = request.Order },
        };
        var key = $"refund-{request.Payment}";
        if (request.PaidBack > 0) key += string.Create(CultureInfo.InvariantCulture, $"-after-{request.PaidBack}");
        if (tries > 0) key += string.Create(CultureInfo.InvariantCulture, $"-try-{tries + 1}");
        var once = new RequestOptions { IdempotencyKey = key };
        return StripeCalls.AskAsync("refund", token => refunds.CreateAsync(options, once, token), cancellationToken);
    }

    // Null: nothing more was paid back than the ledger knows, nothing is under way, and another try may be made.
    private ProviderRefund? Before(List<Refund> refunds, long owed, long before)
    {
        var succeeded = refunds.Where(refund => refund.Status == Succeeded).ToList();
        var paidBack = succeeded.Sum(refund => refund.Amount);
        if (succeeded.Count > 0 && paidBack == owed + before)
        {
            // The newest comes first.
            return succeeded.Find(IsOurs) is { } ours ? Made(ours)
                : new ProviderRefund(IdOf(succeeded[0]), Elsewhere: true);
        }
        if (refunds.Find(refund => refund.Status is Pending or RequiresAction) is { } open) throw NotMade(open);
        if (paidBack != before)
        {
            throw new PaymentProviderException(
                "Stripe has paid back another amount than is owed.", "partly-refunded", isRefusal: true);
        }
        var failed = refunds.Where(IsOurs).ToList();
        if (failed.Count == 0) return null;
        // Its money is the merchant's again. A bank may take a later try, and people may help until then.
        var last = failed.MaxBy(refund => refund.Created)!;
        var since = timeProvider.GetUtcNow() - new DateTimeOffset(last.Created, TimeSpan.Zero);
        return failed.Count < MaxTries && since >= RetryAfter ? null : throw NotMade(last);
    }

    private static ProviderRefund Made(Refund refund) =>
        refund.Status == Succeeded ? new ProviderRefund(IdOf(refund)) : throw NotMade(refund);

    private static PaymentProviderException NotMade(Refund refund)
    {
        var isUnderWay = refund.Status is Pending or RequiresAction;
        var code = $"refund-{StripeCalls.Word(refund.Status).Replace('_', '-')}";
        if ((isUnderWay ? refund.PendingReason : refund.FailureReason) is { Length: > 0 } reason)
            code += $" {StripeCalls.Word(reason)}";
        return new PaymentProviderException(
            $"Stripe has not paid it back: {code}.", code, isRefusal: !isUnderWay, isUnderWay: isUnderWay);
    }

    private static string IdOf(Refund refund) => StripePaymentProvider.IsId(refund.Id) ? refund.Id
        : throw StripeCalls.Unusable("Stripe gave a refund without a usable id.");

    private static bool IsOurs(Refund refund) => refund.Metadata?.ContainsKey(StripeMetadata.Order) == true;
}
