using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.HttpResults;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// What the merchant asks of the sandbox, with its api key: checkouts, refunds, and the list to reconcile with.
/// </summary>
internal static class MerchantApi
{
    private const string KeyHeader = "Idempotency-Key";
    private const int IdMaxLength = 128;
    private const int UserMaxLength = 256;
    private const int DescriptionMaxLength = 500;
    private const int AddressMaxLength = 2_000;
    private const long AmountMax = 1_000_000_000_000_000;
    private const int ListDefault = 100;
    private const int ListMax = 1_000;

    public static void Map(RouteGroupBuilder sandbox)
    {
        var merchant = sandbox.MapGroup("").AddEndpointFilter(RequireApiKeyAsync);
        merchant.MapPost("/checkouts", CreateCheckoutAsync);
        merchant.MapPost("/refunds", RefundAsync);
        merchant.MapGet("/payments", ListPayments);
    }

    private static async Task<IResult> CreateCheckoutAsync(
        HttpRequest request,
        Cashier cashier,
        SandboxOptions options,
        IServer server,
        CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxBody.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var terms = new CheckoutTerms(
            body.Id("order", IdMaxLength),
            body.Text("user", UserMaxLength),
            body.Text("description", DescriptionMaxLength),
            AmountOf(body, out var currency),
            currency,
            DateTimeOffset.FromUnixTimeMilliseconds(body.Instant("expiresAt").ToUnixTimeMilliseconds()),
            body.OptionalAddress("returnUrl", AddressMaxLength),
            body.OptionalAddress("notifyUrl", AddressMaxLength));
        if (body.Fault is { } fault) return SandboxRefusal.InvalidRequest(fault);
        if (KeyOf(request) is not { } key) return MissingKey();

        var (outcome, checkout) = await cashier.CreateAsync(key, terms, cancellationToken);
        if (checkout is null) return SandboxRefusal.Conflict("This key was used for another checkout");
        var url = new Uri(PublicAddress(request, options, server), $"sandbox/checkouts/{checkout.Id}").AbsoluteUri;
        return TypedResults.Json(
            new CheckoutBody(checkout.Id, url, checkout.Terms.ExpiresAt.UtcDateTime),
            SandboxJson.Default.CheckoutBody,
            statusCode: outcome == KeyedOutcome.Made ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> RefundAsync(
        HttpRequest request, CapturedPayments payments, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxBody.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var terms = new RefundTerms(
            body.Id("payment", IdMaxLength),
            body.Id("order", IdMaxLength),
            AmountOf(body, out var currency),
            currency);
        if (body.Fault is { } fault) return SandboxRefusal.InvalidRequest(fault);
        if (KeyOf(request) is not { } key) return MissingKey();

        var (outcome, refund, amount) = await payments.RefundAsync(key, terms, cancellationToken);
        var paidBack = new MoneyBody(amount, currency);
        return outcome switch
        {
            KeyedOutcome.Made => Refunded(refund!, paidBack, StatusCodes.Status201Created),
            KeyedOutcome.Repeated => Refunded(refund!, paidBack, StatusCodes.Status200OK),
            KeyedOutcome.NotFound => SandboxRefusal.NotFound("There is no such payment"),
            KeyedOutcome.DoneBefore => SandboxRefusal.Refunded(
                "already-refunded", "The whole payment was paid back under other keys", refund!, paidBack),
            KeyedOutcome.PartlyDoneBefore => SandboxRefusal.Refunded(
                "partly-refunded", "A part of the payment was paid back under other keys", refund!, paidBack),
            _ => SandboxRefusal.Conflict("The payment does not cover this refund, or the key was used for another"),
        };
    }

    private static IResult ListPayments(CapturedPayments payments, string? after, string? order, string? limit)
    {
        var count = ListDefault;
        if (limit is not null && (!int.TryParse(limit, out count) || count is < 1 or > ListMax))
            return SandboxRefusal.InvalidRequest(new JsonFault("limit", $"must be a whole number from 1 to {ListMax}"));
        var items = payments.List(after, order, count).Select(BodyOf).ToList();
        return TypedResults.Json(new PaymentsBody(items), SandboxJson.Default.PaymentsBody);
    }

    private static PaymentBody BodyOf(PaymentRecord payment) => new(
        payment.Id,
        payment.Checkout,
        payment.OrderId,
        payment.UserId,
        new MoneyBody(payment.Amount, payment.Currency),
        TimeOf(payment.CapturedAt),
        payment.Refund is null
            ? null
            : new PaymentRefundBody(
                payment.Refund,
                new MoneyBody(payment.RefundAmount!.Value, payment.Currency),
                TimeOf(payment.RefundedAt!.Value)),
        new PaymentNotificationBody(
            payment.Attempts, payment.DeliveredAt is { } at ? TimeOf(at) : null, payment.LastFault));

    private static DateTime TimeOf(long unixMilliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).UtcDateTime;

    private static JsonHttpResult<RefundBody> Refunded(string refund, MoneyBody amount, int status) =>
        TypedResults.Json(new RefundBody(refund, amount), SandboxJson.Default.RefundBody, statusCode: status);

    private static long AmountOf(JsonMembers body, out string currency)
    {
        var money = body.Object("amount");
        currency = money.Currency("currency");
        return money.Integer("amount", 0, AmountMax);
    }

    // Without a server that has addresses (a test's), the address that the merchant itself used.
    private static Uri PublicAddress(HttpRequest request, SandboxOptions options, IServer server)
    {
        var address = options.PublicAddress
            ?? ListeningAddress.Of(server)
            ?? new Uri($"{request.Scheme}://{request.Host}");
        return new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    private static string? KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] is { Count: 1 } values && values[0] is { Length: > 0 and <= IdMaxLength } key
            ? key
            : null;

    private static IResult MissingKey() =>
        SandboxRefusal.InvalidRequest(new JsonFault(KeyHeader, $"must be a header of 1 to {IdMaxLength} characters"));

    private static async ValueTask<object?> RequireApiKeyAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        const string scheme = "Bearer ";
        var options = context.HttpContext.RequestServices.GetRequiredService<SandboxOptions>();
        var given = context.HttpContext.Request.Headers.Authorization.ToString();
        // Hashes are compared, so that the time tells neither the key's characters nor its length.
        var isBearer = given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
        var fits = isBearer && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given[scheme.Length..])),
            SHA256.HashData(Encoding.UTF8.GetBytes(options.ApiKey)));
        return fits ? await next(context) : SandboxRefusal.Unauthenticated();
    }
}
