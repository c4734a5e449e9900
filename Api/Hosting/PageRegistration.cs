using Microsoft.Extensions.Options;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Pages;
using OrleansSale.Api.SignIn;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Api.Hosting;

/// <summary>Adds the buyers' pages.</summary>
public static class PageRegistration
{
    /// <summary>Registers them.</summary>
    public static void AddPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new Merchant(Merchant.DefaultName, Merchant.DefaultName, null));
        services.AddSingleton(provider =>
            new ShopAddress(provider.GetRequiredService<IOptions<PaymentOptions>>().Value.PublicAddress));
        services.AddSingleton<PageFiles>();
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<PageChannels>();
        services.AddSingleton<EventPages>();
    }
}
