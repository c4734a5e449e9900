using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Silo.Http;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Webhooks;

/// <summary>Adds what sends webhooks to a process that has a silo.</summary>
public static class WebhookRegistration
{
    /// <summary>Registers <see cref="IWebhookSender"/> over HTTP.</summary>
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton<OwnAddress>(() => null);
        services.AddOptions<WebhookOptions>()
            .Configure<IHostEnvironment>((options, host) => options.AllowLoopback = host.IsDevelopment())
            .BindConfiguration(WebhookOptions.Section);
        services.TryAddSingleton(provider => new AddressGuard(
            provider.GetRequiredService<IOptions<WebhookOptions>>(),
            provider.GetRequiredService<IOptions<PaymentOptions>>(), provider.GetRequiredService<OwnAddress>(),
            provider.GetService<NameLookup>()));
        services.AddSingleton<IWebhookSender, HttpWebhookSender>();
        services.AddOutgoing(HttpWebhookSender.ClientName, (handler, provider) =>
            {
                handler.UseProxy = false;
                handler.MaxConnectionsPerServer = WebhookRules.MaxUnderWay;
                handler.ConnectCallback = provider.GetRequiredService<AddressGuard>().ConnectAsync;
            })
            .ConfigureHttpClient(client => client.Timeout = 2 * WebhookRules.TryTimeout);
    }
}
