using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Silo.Payments;

/// <summary>Adds the payment provider to a host.</summary>
public static class PaymentProviderRegistration
{
    // Grains live for hours: connections are renewed so that a provider's change of address is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Registers <see cref="PaymentOptions"/> from <c>Payments:</c>, checked at start for what this process does.</summary>
    public static void AddPaymentOptions(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, PaymentRole role)
    {
        services.AddOptions<PaymentOptions>()
            .Bind(configuration.GetSection(PaymentOptions.Section))
            .PostConfigure(options => options.Sandbox = PaymentOptions.UsesSandbox(configuration, environment))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentOptions>>(new PaymentOptionsValidation(role, environment.IsDevelopment()));
    }

    /// <summary>Looks at <c>Payments:</c> before any data is touched.</summary>
    /// <exception cref="StartException">Something is missing or wrong; the message names it.</exception>
    public static void RequirePayments(this IConfiguration configuration, IHostEnvironment environment, PaymentRole role)
    {
        var options = configuration.GetSection(PaymentOptions.Section).Get<PaymentOptions>() ?? new PaymentOptions();
        options.Sandbox = PaymentOptions.UsesSandbox(configuration, environment);
        var found = new PaymentOptionsValidation(role, environment.IsDevelopment()).Validate(null, options);
        if (found.Failed) throw new StartException(found.FailureMessage);
    }

    /// <summary>
    /// Registers <see cref="IPaymentProvider"/> over HTTP with <see cref="PaymentOptions"/> from <c>Payments:</c>,
    /// checked at start. A process that serves HTTP registers its <see cref="OwnAddress"/> too; without one there is
    /// none.
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
            // Four lines for each request drown the rest; what fails is told by the resilience handler.
            .RemoveAllLoggers()
            .ConfigureHttpClient(client => client.MaxResponseContentBufferSize = HttpPaymentProvider.AnswerMaxBytes)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                // The bearer token must not follow a redirect.
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                // The sandbox is this process itself, or another one on this machine.
                var options = provider.GetRequiredService<IOptions<PaymentOptions>>().Value;
                handler.UseProxy = !options.Sandbox && options.BaseAddress is not { IsLoopback: true };
                handler.PooledConnectionLifetime = ConnectionLifetime;
                handler.MaxConnectionsPerServer = PaymentProviderBounds.Connections(OpenFiles.Limit);
            })
            .AddStandardResilienceHandler(PaymentProviderBounds.Apply);
        return services;
    }
}
