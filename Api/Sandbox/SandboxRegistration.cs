using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// Adds the sandbox provider, "WeiboPay sandbox": a stand-in for a payment company that happens to run in this process.
/// It shares nothing with the engine but the format of its notifications.
/// </summary>
public static class SandboxRegistration
{
    /// <summary>Registers the sandbox. Its file is opened when the host starts.</summary>
    public static IServiceCollection AddSandbox(
        this IServiceCollection services, Action<SandboxOptions, IServiceProvider> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSandboxPlatform(configure);
        services.AddSingleton(provider => SandboxDatabase.Open(provider.GetRequiredService<SandboxOptions>().Path));
        services.AddSingleton<Outbox>();
        services.AddSingleton<Cashier>();
        services.AddSingleton<Timeline>();
        services.AddSingleton<Inbox>();
        services.AddHostedService<NotificationSender>();
        services.AddSingleton<ReplySender>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplySender>());
        services.AddHttpClient(NotificationSender.ClientName)
            .RemoveAllLoggers()
            // A handler that the factory replaces keeps a stopped host in memory for two minutes. This one renews its
            // connections itself, so a change of address is noticed.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.UseProxy = false;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
            });
        return services;
    }

    /// <summary>Registers the platform's log-in without the payment company.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configure">Sets the merchant's key and addresses; there is no file.</param>
    public static IServiceCollection AddSandboxPlatform(
        this IServiceCollection services, Action<SandboxOptions, IServiceProvider> configure)
    {
        services.AddSingleton(provider =>
        {
            var options = new SandboxOptions();
            configure(options, provider);
            return options;
        });
        services.AddSingleton<SandboxPages>();
        PlatformProvider.Add(services);
        return services;
    }

    /// <summary>
    /// Maps the sandbox under <c>/sandbox</c>: open to everyone as far as the engine's sign-in goes (the sandbox has
    /// its own api key), and not described in the engine's API.
    /// </summary>
    public static IEndpointRouteBuilder MapSandbox(this IEndpointRouteBuilder app)
    {
        var sandbox = app.MapSandboxPlatform();
        MerchantApi.Map(sandbox);
        BuyerApi.Map(sandbox);
        TimelineApi.Map(sandbox);
        InboxApi.Map(sandbox);
        return app;
    }

    /// <summary>Maps the platform's log-in under <c>/sandbox</c>, and nothing of the payment company.</summary>
    public static RouteGroupBuilder MapSandboxPlatform(this IEndpointRouteBuilder app)
    {
        var sandbox = app.MapGroup("/sandbox").AllowAnonymous().ExcludeFromDescription();
        PlatformApi.Map(sandbox);
        SandboxPages.MapAssets(sandbox);
        return sandbox;
    }
}
