using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Providers;
using OrleansSale.Tests.Platforms.Stripe;
using static OrleansSale.Tests.Api.Payments.Stripe.TwoProviders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>What a session is asked for: the amount, the methods, the end.</summary>
[Collection(TwoProviders.Name)]
public sealed class StripeTermsTests(TwoProviders.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;
    private readonly StripeDouble _stripe = fixture.Stripe;

    [Fact]
    public async Task Each_channel_says_whether_its_provider_verifies_the_payer()
    {
        var listed = (await _sale.Client.GetAsync("/api/channels")).Is(200).Items.ToDictionary(
            item => item.GetProperty("id").GetString()!, item => item.GetProperty("payment").GetRawText());
        listed["weibo"].ShouldBe("""{"provider":"weibopay","verifiesPayer":true}""");
        listed["twitter"].ShouldBe("""{"provider":"stripe","verifiesPayer":false}""");
    }

    [Theory]
    [InlineData("JPY", 49_800, 49_800)]
    [InlineData("ISK", 49_800, 4_980_000)]
    [InlineData("UGX", 49_800, 4_980_000)]
    [InlineData("HUF", 12_345, 12_345)]
    [InlineData("TWD", 12_345, 12_345)]
    [InlineData("KWD", 12_340, 12_340)]
    [InlineData("MGA", 500_000, 5_000)]
    public async Task A_price_in_any_currency_is_charged_as_Stripe_counts_it_paid_and_refunded_whole(
        string currency, long price, long charged)
    {
        var user = _sale.NewUser("twitter");
        var order = await _sale.OrderAsync(await BatchAsync(currency, price), user);
        (await _sale.CheckOutAsync(order, user)).Is(200);
        var paid = _stripe.Books.Pay(order);
        ((long)paid["amount_total"]!, (string)paid["currency"]!).ShouldBe((charged, currency.ToLowerInvariant()));
        (await TellAsync(_sale, "checkout.session.completed", paid)).Is(204);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid");
        (await _sale.CancelAsync(order, user)).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        _stripe.Books.Refunds.Single(one => (string?)one["payment_intent"] == (string?)paid["payment_intent"])
            ["amount"]!.GetValue<long>().ShouldBe(charged);
    }

    [Theory]
    [InlineData("KWD", 12_345)]
    [InlineData("LYD", 12_340)]
    [InlineData("CNY", 100)]
    public async Task A_price_that_Stripe_cannot_charge_is_overloaded_and_opens_nothing(string currency, long price)
    {
        var user = _sale.NewUser("twitter");
        var order = await _sale.OrderAsync(await BatchAsync(currency, price), user);
        (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
        _stripe.Books.Sessions.ShouldNotContain(session => (string?)session["client_reference_id"] == order);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_800)]
    [InlineData(84_500)]
    [InlineData(86_400)]
    public async Task The_end_of_a_session_is_one_that_Stripe_takes_whatever_the_payment_window(int windowSeconds)
    {
        var user = _sale.NewUser("twitter");
        var batch = await CreateForBothAsync(_sale, windowSeconds: windowSeconds);
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.CheckOutAsync(order, user)).Is(200);
        var left = DateTimeOffset.FromUnixTimeSeconds((long)_stripe.Books.SessionOf(order)["expires_at"]!)
            - _sale.Clock.GetUtcNow();
        left.ShouldBeInRange(TimeSpan.FromMinutes(30), TimeSpan.FromHours(24));
    }

    [Theory]
    [InlineData(null, "card")]
    [InlineData("card alipay", "card,alipay")]
    public async Task Only_cards_are_offered_unless_the_settings_name_other_methods(string? methods, string offered)
    {
        var order = $"methods-{offered.Length}.2";
        await using var services = ServicesWith(methods);
        services.GetRequiredService<PaymentProviders>().TryFind("stripe", out var provider).ShouldBeTrue();
        var now = _sale.Clock.GetUtcNow();
        await provider.CreateCheckoutAsync(
            new(order, "twitter:a", "Mi2", new Money(500, "USD"), now.AddMinutes(15), order, now),
            TestContext.Current.CancellationToken);
        var asked = _stripe.Books.AskedFor(order);
        string.Join(',', asked.Where(one => one.Key.StartsWith("allowed_", StringComparison.Ordinal))
            .OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value)).ShouldBe(offered);
    }

    private Task<string> BatchAsync(string currency, long price) => _sale.CreateAsync(change: terms =>
    {
        terms["channel"] = "twitter";
        terms["product"]!["price"] = new JsonObject { ["amount"] = price, ["currency"] = currency };
    });

    private ServiceProvider ServicesWith(string? methods)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Payments:PublicAddress"] = "http://localhost",
            ["Payments:Providers:stripe:Kind"] = "Stripe",
            ["Payments:Providers:stripe:ApiKey"] = StripeDouble.Key,
            ["Payments:Providers:stripe:WebhookSecret"] = StripeEvent.Secret,
            ["Payments:Providers:stripe:ApiBase"] = _stripe.Address.ToString(),
            ["Payments:Providers:stripe:PaymentMethods"] = methods,
        }).Build();
        var services = new ServiceCollection().AddLogging();
        services.AddPaymentProviders(
            configuration, new HostingEnvironment { EnvironmentName = Environments.Development });
        return services.BuildServiceProvider();
    }
}
