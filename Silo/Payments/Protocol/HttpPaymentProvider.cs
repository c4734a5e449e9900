using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using Polly;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>The payment provider over HTTP, by the protocol of <c>docs/payments.md</c>.</summary>
/// <remarks>
/// Every request carries an Idempotency-Key that identifies its order or payment. So neither the retries inside a call
/// nor the caller's repeats after an unknown outcome can make a second checkout or refund.
/// </remarks>
internal sealed class HttpPaymentProvider(
    IHttpClientFactory clients, string clientName, ProviderOptions options, PaymentAddresses addresses)
    : IPaymentProvider
{
    /// <summary>
    /// The code of a provider's 409 for a payment that it has refunded before by other means.
    /// </summary>
    public const string AlreadyRefunded = "already-refunded";

    private const int MaxProviderIdLength = 128;

    private const string UnusableAnswer = "unusable-answer";

    public async Task<ProviderCheckout> CreateCheckoutAsync(
        CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        var message = new CheckoutMessage(
            request.Order,
            request.User,
            request.Description,
            MessageOf(request.Amount),
            request.ExpiresAt.UtcDateTime,
            addresses.ReturnOf(request.Order),
            options.NotificationAddress);
        var (answer, refused) = await AskAsync(
            HttpMethod.Post,
            "/checkouts",
            (request.Key, JsonSerializer.SerializeToUtf8Bytes(message, ProviderJson.Default.CheckoutMessage)),
            ProviderJson.Default.CheckoutAnswer,
            cancellationToken);
        if (refused is { } refusal) throw refusal.Told("POST /checkouts");
        if (!IsId(answer!.Id)) throw Unusable("The payment provider gave a checkout without a usable id.");
        if (!Uri.TryCreate(answer.Url, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw Unusable("The payment provider gave a checkout without a usable address.");
        }

        return new ProviderCheckout(answer.Id, answer.Url);
    }

    public async Task<CheckoutState> FindCheckoutAsync(
        string checkout, CancellationToken cancellationToken = default)
    {
        var (answer, refused) = await AskAsync(
            HttpMethod.Get,
            $"/checkouts/{Uri.EscapeDataString(checkout)}/state",
            null,
            ProviderJson.Default.CheckoutStateAnswer,
            cancellationToken);
        // The question is newer than the other calls, so an adapter need not have it.
        if (refused?.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.NotImplemented)
        {
            return new CheckoutState(CheckoutStage.Untold);
        }
        if (refused is { } refusal) throw refusal.Told("GET /checkouts");
        return answer! switch
        {
            { Status: "open" or "declined" } => new CheckoutState(CheckoutStage.Open),
            { Status: "expired" } => new CheckoutState(CheckoutStage.Closed),
            { Status: "processing" } => new CheckoutState(CheckoutStage.Processing),
            {
                Status: "paid", Payment: { } payment,
                User: { Length: > 0 and <= PaymentNotification.MaxUserLength } user,
                Amount: { Amount: >= 0 and <= PaymentNotification.MaxAmount, Currency: { Length: 3 } currency } amount,
                Fee: var fee
            } when IsId(payment) =>
                new CheckoutState(
                    CheckoutStage.Paid, payment, new Money(amount.Amount, currency), Payer: user,
                    Fee: ProtocolFee.Read(fee)),
            _ => throw Unusable("The payment provider gave a checkout in no known state."),
        };
    }

    public async Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default)
    {
        var message = new RefundMessage(request.Payment, request.Order, MessageOf(request.Amount));
        // What was paid back elsewhere changes what is asked for, and so the key.
        var key = request.PaidBack == 0 ? request.Payment : string.Create(
            CultureInfo.InvariantCulture, $"{request.Payment}-{request.PaidBack}");
        var (answer, refused) = await AskAsync(
            HttpMethod.Post,
            "/refunds",
            (key, JsonSerializer.SerializeToUtf8Bytes(message, ProviderJson.Default.RefundMessage)),
            ProviderJson.Default.RefundAnswer,
            cancellationToken);
        if (refused is { Status: HttpStatusCode.Accepted } accepted) throw accepted.ToldUnderWay("refund-pending");
        if (refused is { } refusal) return RefundBefore(request, refusal) ?? throw refusal.Told("POST /refunds");
        if (!IsId(answer!.Id)) throw Unusable("The payment provider gave a refund without a usable id.");
        if (answer.Payment is { } of && of != request.Payment) throw OfAnotherPayment();
        if (answer.Amount is { } amount && amount != message.Amount) throw OfAnotherAmount(amount);
        return new ProviderRefund(answer.Id);
    }

    // Only a refund of the whole amount settles the debt. If it is a part of it, or in another currency, people must
    // decide.
    private static ProviderRefund? RefundBefore(RefundRequest request, ProviderRefusal refusal)
    {
        if (refusal is not { Status: HttpStatusCode.Conflict, Problem: { Code: AlreadyRefunded } problem }) return null;
        var whole = MessageOf(request.Amount with { Amount = request.Amount.Amount + request.PaidBack });
        if (problem.Payment is { } of && of != request.Payment) throw OfAnotherPayment();
        if (problem.Amount is { } amount && amount != whole) throw OfAnotherAmount(amount);
        return new ProviderRefund(
            problem.Refund is { } id && IsId(id) ? id : $"refund-of-{request.Payment}", Elsewhere: true);
    }

    private async Task<(TAnswer? Answer, ProviderRefusal? Refused)> AskAsync<TAnswer>(
        HttpMethod method,
        string path,
        (string Key, byte[] Body)? sent,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
        where TAnswer : class
    {
        var target = PaymentAddresses.At(addresses.Of(options), path)
            ?? throw new PaymentProviderException(
                "The payment provider's address is not known: no server runs.", "no-address");

        // The handlers bound a request only until its answer's headers. This bound includes the body.
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(CallBounds.Call);
        try
        {
            using var request = new HttpRequestMessage(method, target);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
            if (sent is { } own)
            {
                request.Content = new ByteArrayContent(own.Body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                if (!request.Headers.TryAddWithoutValidation("Idempotency-Key", own.Key))
                    throw new PaymentProviderException(
                        "The id can't be sent to the payment provider.", "unusable-id", isRefusal: true);
            }

            using var client = clients.CreateClient(clientName);
            using var response = await client.SendAsync(request, bound.Token);
            var body = await response.Content.ReadAsByteArrayAsync(bound.Token);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
                return (null, ProviderRefusal.Read(response.StatusCode, body));
            var answer = JsonSerializer.Deserialize(body, answerType);
            return (answer ?? throw Unusable("The payment provider answered null."), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PaymentProviderException("The payment provider did not answer in time.", "timeout");
        }
        catch (ExecutionRejectedException inner)
        {
            throw new PaymentProviderException(
                "The payment provider does not answer in time.", "timeout", inner: inner);
        }
        catch (HttpRequestException inner)
        {
            throw new PaymentProviderException(
                "The payment provider could not be reached.", "unreachable", inner: inner);
        }
        catch (JsonException inner)
        {
            throw new PaymentProviderException(
                "The payment provider's answer can't be read.", UnusableAnswer, inner: inner);
        }
    }

    private static PaymentProviderException Unusable(string message) => new(message, UnusableAnswer);

    private static PaymentProviderException OfAnotherAmount(MoneyMessage amount) => new(
        $"The payment provider paid back {amount.Amount} {amount.Currency}, which is not what is owed.",
        "another-amount",
        isRefusal: true);

    // A mixed-up answer, such as one that was kept under another key, settles nothing.
    private static PaymentProviderException OfAnotherPayment() => new(
        "The payment provider answered with the refund of another payment.", "refund-of-another-payment",
        isRefusal: true);

    private static MoneyMessage MessageOf(Money money) => new(money.Amount, money.Currency);

    private static bool IsId(string id) =>
        id.Length is > 0 and <= MaxProviderIdLength && id.All(c => c is > ' ' and <= '~');
}
