using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Providers;
using OrleansSale.Tests.Platforms.Stripe;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>A refund that Stripe says failed is tried again later, a few times, and then left to people.</summary>
public sealed class StripeRetryTests
{
    private static readonly Money Price = new(199_900, "CNY");

    [Fact]
    public async Task A_refund_that_failed_is_tried_again_after_ten_minutes_and_three_times_at_most()
    {
        await using var stripe = await StripeDouble.StartAsync();
        var clock = new MovableClock();
        stripe.Clock = clock;
        await using var services = ServicesOf(stripe, clock);
        services.GetRequiredService<PaymentProviders>().TryFind("stripe", out var provider).ShouldBeTrue();
        var now = clock.GetUtcNow();
        await provider!.CreateCheckoutAsync(new CheckoutRequest(
            "mi2-1.17", "twitter:a", "Mi2", Price, now.AddMinutes(15), "mi2-1.17-abc", now, "abc"),
            TestContext.Current.CancellationToken);
        var payment = (string)stripe.Books.Pay("mi2-1.17")["payment_intent"]!;
        stripe.Books.NextRefund = ("failed", "expired_or_canceled_card");

        for (var made = 1; made <= 3; made++)
        {
            for (var again = 0; again < 3; again++)
            {
                (await FailureAsync(provider, payment)).ShouldBe("refund-failed expired_or_canceled_card");
                stripe.Books.Refunds.Length.ShouldBe(made);
            }
            clock.Advance(TimeSpan.FromMinutes(10));
        }
        (await FailureAsync(provider, payment)).ShouldBe("refund-failed expired_or_canceled_card");
        stripe.Books.Refunds.Length.ShouldBe(3, "then people must pay it back");

        stripe.Books.RefundByHand(payment, Price.Amount);
        var found = await provider.RefundAsync(
            new RefundRequest("mi2-1.17", payment, Price), TestContext.Current.CancellationToken);
        found.Elsewhere.ShouldBeTrue();
    }

    [Fact]
    public async Task The_rest_of_a_payment_is_paid_back_though_a_part_went_back_before()
    {
        await using var stripe = await StripeDouble.StartAsync();
        var clock = new MovableClock();
        stripe.Clock = clock;
        await using var services = ServicesOf(stripe, clock);
        services.GetRequiredService<PaymentProviders>().TryFind("stripe", out var provider).ShouldBeTrue();
        var now = clock.GetUtcNow();
        await provider!.CreateCheckoutAsync(new CheckoutRequest(
            "mi2-1.17", "twitter:a", "Mi2", Price, now.AddMinutes(15), "mi2-1.17-abc", now, "abc"),
            TestContext.Current.CancellationToken);
        var payment = (string)stripe.Books.Pay("mi2-1.17")["payment_intent"]!;
        stripe.Books.RefundByHand(payment, 100);
        var rest = new RefundRequest("mi2-1.17", payment, Price with { Amount = Price.Amount - 100 }, PaidBack: 100);
        var made = await provider.RefundAsync(rest, TestContext.Current.CancellationToken);
        (await provider.RefundAsync(rest, TestContext.Current.CancellationToken)).ShouldBe(made);
        stripe.Books.Refunds.Select(refund => (long)refund["amount"]!).ShouldBe([100, Price.Amount - 100]);
        var news = (await provider.FindPaymentAsync(payment, TestContext.Current.CancellationToken))!;
        (news.Order, news.Payment).ShouldBe(("mi2-1.17", payment));
        news.Refunds.ShouldHaveSingleItem("the engine's own is none").Amount.ShouldBe(Price with { Amount = 100 });
    }

    private static async Task<string> FailureAsync(IPaymentProvider provider, string payment) =>
        (await Should.ThrowAsync<PaymentProviderException>(
            () => provider.RefundAsync(new RefundRequest("mi2-1.17", payment, Price)))).Code;

    private static ServiceProvider ServicesOf(StripeDouble stripe, TimeProvider clock)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock);
        services.AddPaymentProviders(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Payments:PublicAddress"] = "http://localhost:8080/",
                ["Payments:Providers:stripe:Kind"] = "Stripe",
                ["Payments:Providers:stripe:ApiKey"] = StripeDouble.Key,
                ["Payments:Providers:stripe:WebhookSecret"] = StripeEvent.Secret,
                ["Payments:Providers:stripe:ApiBase"] = stripe.Address.ToString(),
            }).Build(),
            new HostingEnvironment { EnvironmentName = Environments.Development });
        return services.BuildServiceProvider();
    }
}
