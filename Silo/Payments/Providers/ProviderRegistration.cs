using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Protocol;
using OrleansSale.Silo.Payments.Stripe;

namespace OrleansSale.Silo.Payments.Providers;

/// <summary>Adds the configured payment providers to a host, each by its kind.</summary>
public static class ProviderRegistration
{
    /// <summary>
    /// Registers <see cref="PaymentProviders"/> with <see cref="PaymentOptions"/> from <c>Payments:</c>, checked at
    /// start. A process that serves HTTP registers its <see cref="OwnAddress"/> too.
    /// </summary>
    public static IServiceCollection AddPaymentProviders(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment,
        PaymentRole role = PaymentRole.Asks | PaymentRole.IsNotified)
    {
        services.AddPaymentOptions(configuration, environment, role);
        services.TryAddSingleton<OwnAddress>(() => null);
        services.AddSingleton<PaymentAddresses>();
        foreach (var name in PaymentSettings.Read(configuration, environment.IsDevelopment()).All.Keys)
            ProviderHttp.Add(services, name);
        services.AddSingleton(provider => new PaymentProviders(
            OptionsOf(provider).All.ToDictionary(
                named => named.Key, named => Make(provider, named.Key, named.Value), StringComparer.Ordinal),
            (provider.GetService<ConfiguredChannels>()?.All ?? []).Where(channel => channel.Payments is not null)
                .ToDictionary(channel => channel.Id, channel => channel.Payments!, StringComparer.Ordinal)));
        return services;
    }

    /// <summary>
    /// Registers <see cref="NotificationReaders"/>, with the secrets of <see cref="PaymentOptions"/>.
    /// </summary>
    public static IServiceCollection AddNotificationReaders(this IServiceCollection services) =>
        services.AddSingleton(provider => new NotificationReaders(OptionsOf(provider).All.ToDictionary(
            named => named.Key, named => ReaderOf(named.Value), StringComparer.Ordinal)));

    private static PaymentOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<PaymentOptions>>().Value;

    private static IPaymentProvider Make(IServiceProvider provider, string name, ProviderOptions options)
    {
        var clients = provider.GetRequiredService<IHttpClientFactory>();
        var addresses = provider.GetRequiredService<PaymentAddresses>();
        return options.Kind switch
        {
            ProviderKind.Protocol => new HttpPaymentProvider(clients, ProviderHttp.ClientOf(name), options, addresses),
            ProviderKind.Stripe => new StripePaymentProvider(
                clients, ProviderHttp.ClientOf(name), options, addresses,
                provider.GetService<TimeProvider>() ?? TimeProvider.System),
            var kind => throw new InvalidOperationException($"{name} passed its check and is of the kind {kind}."),
        };
    }

    private static INotificationReader ReaderOf(ProviderOptions options) => options.Kind switch
    {
        ProviderKind.Protocol => new ProtocolNotifications(options.WebhookSecret),
        ProviderKind.Stripe => new StripeNotifications(options.WebhookSecret),
        var kind => throw new InvalidOperationException($"There are no notifications of the kind {kind}."),
    };
}
