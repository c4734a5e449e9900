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
    /// <param name="services">Where to add them.</param>
    /// <param name="merchant">Whose they are.</param>
    public static void AddPages(this IServiceCollection services, Merchant merchant)
    {
        services.AddSingleton(merchant);
        services.AddSingleton(provider =>
            new ShopAddress(provider.GetRequiredService<IOptions<PaymentOptions>>().Value.PublicAddress));
        services.AddSingleton<PageFiles>();
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<PageChannels>();
        services.AddSingleton<EventPages>();
    }
}
