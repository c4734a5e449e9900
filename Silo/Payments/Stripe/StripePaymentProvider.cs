using System.Globalization;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using Stripe;
using Stripe.Checkout;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Stripe: a checkout is a Checkout Session, a payment is its PaymentIntent. It cannot verify the payer, because a card
/// is not a user of a platform.
/// </summary>
internal sealed class StripePaymentProvider : IPaymentProvider
{
    private const string Card = "card";
    private const int MaxIdLength = PaymentNotification.MaxIdLength;

    // A session lives 30 minutes to 24 hours, counted from when Stripe makes it. A minute is for the way there.
    private static readonly TimeSpan SessionAfterPayBy = TimeSpan.FromMinutes(31);
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1);

    // The session and its payment in one answer.
    private static readonly SessionGetOptions WithPayment = new() { Expand = ["payment_intent"] };

    private readonly StripeRefunds _refunds;
    private readonly StripeNews _news;
    private readonly SessionService _sessions;
    private readonly PaymentAddresses _addresses;
    private readonly List<string> _methods;

    public StripePaymentProvider(
        IHttpClientFactory clients, string clientName, ProviderOptions options, PaymentAddresses addresses,
        TimeProvider timeProvider)
    {
        // The handlers of the client bound and retry each request, so Stripe's own retries are off. Its telemetry would
        // tell Stripe how long requests took.
        var http = new SystemNetHttpClient(
            clients.CreateClient(clientName), maxNetworkRetries: 0, appInfo: null, enableTelemetry: false);
        var client = new StripeClient(
            options.ApiKey, httpClient: http, apiBase: options.ApiBase?.AbsoluteUri.TrimEnd('/'));
        (_addresses, _sessions) = (addresses, new SessionService(client));
        _refunds = new StripeRefunds(new RefundService(client), timeProvider);
        _news = new StripeNews(new PaymentIntentService(client), new DisputeService(client), _refunds);
        _methods = [.. (options.PaymentMethods ?? Card).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    // The shortest session is longer than most payment windows.
    public bool EndsCheckouts => false;

    public async Task<ProviderCheckout> CreateCheckoutAsync(
        CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        var number = request.Number.ToString(CultureInfo.InvariantCulture);
        var options = OptionsOf(request, number);
        var once = new RequestOptions { IdempotencyKey = $"{request.Key}-{number}" };
        var session = await StripeCalls.AskAsync(
            "checkout session", token => _sessions.CreateAsync(options, once, token), cancellationToken);
        if (!IsId(session.Id)) throw StripeCalls.Unusable("Stripe gave a session without a usable id.");
        if (!Uri.TryCreate(session.Url, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw StripeCalls.Unusable("Stripe gave a session without a usable address.");
        }
        return new ProviderCheckout(session.Id, session.Url);
    }

    public async Task<CheckoutState> CloseCheckoutAsync(string checkout, CancellationToken cancellationToken = default)
    {
        try
        {
            return StateOf(await StripeCalls.AskAsync(
                "expiry of a session", token => _sessions.ExpireAsync(checkout, cancellationToken: token),
                cancellationToken));
        }
        catch (PaymentProviderException e) when (e.IsRefusal)
        {
            // Only an open session can be expired.
            return await FindCheckoutAsync(checkout, cancellationToken);
        }
    }

    public async Task<CheckoutState> FindCheckoutAsync(
        string checkout, CancellationToken cancellationToken = default) => StateOf(await StripeCalls.AskAsync(
            "state of a session", token => _sessions.GetAsync(checkout, WithPayment, cancellationToken: token),
            cancellationToken));

    public Task<PaymentNews?> FindPaymentAsync(string payment, CancellationToken cancellationToken = default) =>
        _news.FindAsync(payment, cancellationToken);

    public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default) =>
        _refunds.RefundAsync(request, cancellationToken);

    internal static bool IsId(string? id) =>
        id is { Length: > 0 and <= MaxIdLength } && id.All(c => c is > ' ' and <= '~');

    // Nothing in it depends on when it is asked for: a repeat under the same key has to ask for the same.
    private SessionCreateOptions OptionsOf(CheckoutRequest request, string number)
    {
        var amount = StripeAmount.Of(request.Amount) ?? throw new PaymentProviderException(
            "Stripe cannot charge this amount in this currency.", "unusable-amount", isRefusal: true);
        var back = _addresses.ReturnOf(request.Order)?.AbsoluteUri ?? throw new PaymentProviderException(
            "There is no address to come back to: no server runs.", "no-address");
        var metadata = new Dictionary<string, string>
        {
            [StripeMetadata.Order] = request.Order,
            [StripeMetadata.Held] = request.Held,
            [StripeMetadata.Number] = number,
            [StripeMetadata.User] = request.User,
        };
        return new SessionCreateOptions
        {
            Mode = "payment",
            AllowedPaymentMethodTypes = _methods,
            ClientReferenceId = request.Order,
            Metadata = metadata,
            PaymentIntentData = new SessionPaymentIntentDataOptions { Metadata = metadata },
            // The price is the order's, in the order's currency.
            AdaptivePricing = new SessionAdaptivePricingOptions { Enabled = false },
            LineItems =
            [
                new SessionLineItemOptions
                {
                    Quantity = 1,
                    PriceData = new SessionLineItemPriceDataOptions
                    {
                        Currency = request.Amount.Currency.ToLowerInvariant(),
                        UnitAmount = amount,
                        ProductData = new SessionLineItemPriceDataProductDataOptions { Name = request.Description },
                    },
                },
            ],
            SuccessUrl = back,
            CancelUrl = back,
            ExpiresAt = ExpiryOf(request),
        };
    }

    // Null: after 24 hours, as Stripe does by itself. The engine closes it at payBy in any case.
    private static DateTime? ExpiryOf(CheckoutRequest request)
    {
        var expiry = request.ExpiresAt + SessionAfterPayBy;
        return expiry - request.HeldAt <= LongestSession ? expiry.UtcDateTime : null;
    }

    private static CheckoutState StateOf(Session session) => (session.Status, session.PaymentStatus) switch
    {
        ("open", _) => new CheckoutState(CheckoutStage.Open),
        ("expired", _) => new CheckoutState(CheckoutStage.Closed),
        ("complete", "paid") when IsId(session.PaymentIntentId) && session.AmountTotal is { } amount
            && StripeAmount.From(amount, session.Currency ?? "") is { } money =>
            new CheckoutState(CheckoutStage.Paid, session.PaymentIntentId, money),
        // A payment that takes days and fails leaves the session as it is, and nobody can pay there again. A payment
        // that still waits for its payer, as of a voucher, requires an action.
        ("complete", "unpaid") => new CheckoutState(
            session.PaymentIntent?.Status is "requires_payment_method" or "canceled"
                ? CheckoutStage.Closed : CheckoutStage.Processing),
        _ => throw StripeCalls.Unusable("Stripe gave a session in no known state."),
    };
}
