using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Providers;
using OrleansSale.Tests.Platforms.Stripe;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>Stripe's double and the engine's provider for it, without a sale.</summary>
internal sealed class LoneStripe : IAsyncDisposable
{
    /// <summary>The order whose checkout is opened.</summary>
    public const string Order = "mi2-1.17";

    /// <summary>What it costs.</summary>
    public static readonly Money Price = new(199_900, "CNY");

    private readonly StripeDouble _stripe;
    private readonly ServiceProvider _services;

    private LoneStripe(StripeDouble stripe)
    {
        (_stripe, stripe.Clock) = (stripe, Clock);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
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
        _services = services.BuildServiceProvider();
        _services.GetRequiredService<PaymentProviders>().TryFind("stripe", out var provider).ShouldBeTrue();
        Provider = provider!;
    }

    /// <summary>The double's time and the engine's.</summary>
    public MovableClock Clock { get; } = new();

    /// <summary>The provider under test.</summary>
    public IPaymentProvider Provider { get; }

    /// <summary>What the double keeps.</summary>
    public StripeBooks Books => _stripe.Books;

    /// <summary>Requests that reached the double.</summary>
    public int Asked => _stripe.Asked;

    /// <summary>Starts it, and opens the checkout.</summary>
    /// <returns>It, and the checkout's id.</returns>
    public static async Task<(LoneStripe Stripe, string Checkout)> StartAsync()
    {
        var stripe = new LoneStripe(await StripeDouble.StartAsync());
        var now = stripe.Clock.GetUtcNow();
        var checkout = await stripe.Provider.CreateCheckoutAsync(new CheckoutRequest(
            Order, "twitter:a", "Mi2", Price, now.AddMinutes(15), $"{Order}-abc", now, "abc"),
            TestContext.Current.CancellationToken);
        return (stripe, checkout.Checkout);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _stripe.DisposeAsync();
    }
}
