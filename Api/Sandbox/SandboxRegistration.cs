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
        services.AddSingleton(provider =>
        {
            var options = new SandboxOptions();
            configure(options, provider);
            return options;
        });
        services.AddSingleton(provider => SandboxDatabase.Open(provider.GetRequiredService<SandboxOptions>().Path));
        services.AddSingleton<Outbox>();
        services.AddSingleton<Cashier>();
        services.AddSingleton<SandboxPages>();
        PlatformProvider.Add(services);
        services.AddHostedService<NotificationSender>();
        services.AddHttpClient(NotificationSender.ClientName)
            .RemoveAllLoggers()
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.UseProxy = false;
            });
        return services;
    }

    /// <summary>
    /// Maps the sandbox under <c>/sandbox</c>: open to everyone as far as the engine's sign-in goes (the sandbox has
    /// its own api key), and not described in the engine's API.
    /// </summary>
    public static IEndpointRouteBuilder MapSandbox(this IEndpointRouteBuilder app)
    {
        var sandbox = app.MapGroup("/sandbox").AllowAnonymous().ExcludeFromDescription();
        MerchantApi.Map(sandbox);
        BuyerApi.Map(sandbox);
        PlatformApi.Map(sandbox);
        return app;
    }
}
