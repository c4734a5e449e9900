using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Http;
using OrleansSale.Api.Payments;
using OrleansSale.Api.Sandbox;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Payments.Providers;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// Adds the payment providers and the receiver of their notifications to the front, and the sandbox if a provider is
/// one.
/// </summary>
public static class PaymentRegistration
{
    /// <summary>The role of a front in payments.</summary>
    public static PaymentRole RoleOf(bool hasSilo) =>
        hasSilo ? PaymentRole.Asks | PaymentRole.IsNotified : PaymentRole.IsNotified;

    /// <summary>
    /// Registers the payment providers, this process' own address and the readers of notifications. If
    /// <see cref="PaymentOptions.UsesSandbox"/>, also the sandbox: map it then with <c>MapSandbox</c>.
    /// </summary>
    /// <param name="dataDirectory">Where the sandbox keeps its file; null: there is no sandbox here.</param>
    /// <param name="hasSilo">Whether this process has a silo, whose actors ask the provider.</param>
    /// <param name="isShared">Whether other processes have the same sandbox.</param>
    public static IServiceCollection AddPayments(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment,
        string? dataDirectory, bool hasSilo, bool isShared = false)
    {
        services.TryAddSingleton(TimeProvider.System);
        if (hasSilo) services.AddPaymentProviders(configuration, environment, RoleOf(hasSilo));
        else services.AddPaymentOptions(configuration, environment, RoleOf(hasSilo));
        services.Replace(ServiceDescriptor.Singleton<OwnAddress>(
            provider => () => PaymentAddresses.At(
                ListeningAddress.Of(provider.GetRequiredService<IServer>()),
                provider.GetRequiredService<SitePath>().Base)));
        services.AddNotificationReaders();
        if (dataDirectory is not null && PaymentOptions.UsesSandbox(configuration, environment.IsDevelopment()))
            services.AddSandbox((sandbox, provider) => Configure(sandbox, provider, dataDirectory, isShared));
        return services;
    }

    private static void Configure(SandboxOptions sandbox, IServiceProvider provider, string directory, bool isShared)
    {
        var options = provider.GetRequiredService<IOptions<PaymentOptions>>().Value;
        var name = options.NameOfSandbox
            ?? throw new InvalidOperationException("The settings passed their check and no provider is the sandbox.");
        var own = options.All[name];
        sandbox.DataDirectory = directory;
        // The fronts of one cluster are one merchant, and have one api key. Those of another cluster may use the same
        // directory.
        var merchant = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(own.ApiKey)))[..12];
        if (isShared) sandbox.FileName = $"sandbox-{merchant}.db";
        sandbox.ApiKey = own.ApiKey;
        sandbox.WebhookSecrets = WebhookSecrets.Parse(own.WebhookSecret) ?? [];
        sandbox.PublicAddress = options.PublicAddress;
        sandbox.PathBase = provider.GetRequiredService<SitePath>().Base;
        sandbox.NotificationAddress = own.NotificationAddress;
        if (options.Providers.Count > 0) sandbox.NotificationPath += $"/{name}";
    }
}
