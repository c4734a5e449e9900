using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>Adds the payment provider that uses our own protocol to a host.</summary>
public static class ProtocolRegistration
{
    // Grains live for hours: connections are renewed so that a provider's change of address is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Registers <see cref="IPaymentProvider"/> over HTTP with <see cref="PaymentOptions"/> from <c>Payments:</c>,
    /// checked at start. A process that serves HTTP registers its <see cref="OwnAddress"/> too.
    /// </summary>
    public static IServiceCollection AddPaymentProvider(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment,
        PaymentRole role = PaymentRole.Asks | PaymentRole.IsNotified)
    {
        services.AddPaymentOptions(configuration, environment, role);
        services.TryAddSingleton<OwnAddress>(() => null);
        services.AddSingleton<PaymentAddresses>();
        services.AddSingleton<IPaymentProvider, HttpPaymentProvider>();
        services.AddHttpClient(HttpPaymentProvider.ClientName)
            // It would log four lines for each request. The resilience handler logs the failures.
            .RemoveAllLoggers()
            .ConfigureHttpClient(client => client.MaxResponseContentBufferSize = HttpPaymentProvider.MaxAnswerBytes)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                // The bearer token must not follow a redirect.
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                // The sandbox is this process itself, or another one on this machine.
                var options = provider.GetRequiredService<IOptions<PaymentOptions>>().Value;
                handler.UseProxy = !options.Sandbox && options.BaseAddress is not { IsLoopback: true };
                handler.PooledConnectionLifetime = ConnectionLifetime;
                handler.MaxConnectionsPerServer = CallBounds.Connections(OpenFiles.Limit);
            })
            .AddStandardResilienceHandler(CallBounds.Apply);
        return services;
    }
}
