using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Webhooks;

/// <summary>Adds what sends webhooks to a process that has a silo.</summary>
public static class WebhookRegistration
{
    // Connections are renewed so that an endpoint's change of address is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

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
        services.AddHttpClient(HttpWebhookSender.ClientName)
            // What fails is told by the endpoint.
            .RemoveAllLoggers()
            .ConfigureHttpClient(client => client.Timeout = 2 * WebhookRules.TryTimeout)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.UseProxy = false;
                handler.PooledConnectionLifetime = ConnectionLifetime;
                handler.MaxConnectionsPerServer = WebhookRules.MaxUnderWay;
                handler.ConnectCallback = provider.GetRequiredService<AddressGuard>().ConnectAsync;
            });
    }
}
