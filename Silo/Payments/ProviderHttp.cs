using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Payments;

/// <summary>The HTTP client of each payment provider: bounded, and apart from those of the others.</summary>
internal static class ProviderHttp
{
    /// <summary>The longest answer that is read.</summary>
    public const int MaxAnswerBytes = 256 * 1024;

    /// <summary>The name of the client of a provider, whose handlers bound and retry each request.</summary>
    public static string ClientOf(string provider) => $"payment-provider-{provider}";

    /// <summary>Registers the client of a provider.</summary>
    public static void Add(IServiceCollection services, string provider) =>
        services.AddOutgoing(ClientOf(provider), (handler, services) =>
            {
                var options = services.GetRequiredService<IOptions<PaymentOptions>>().Value;
                handler.UseProxy = !IsOnThisMachine(options.All[provider]);
                handler.MaxConnectionsPerServer = CallBounds.Connections(OpenFiles.Limit);
            })
            .ConfigureHttpClient(client => client.MaxResponseContentBufferSize = MaxAnswerBytes)
            .AddStandardResilienceHandler(CallBounds.Apply);

    // The sandbox is this process itself, or another one on this machine.
    private static bool IsOnThisMachine(ProviderOptions options) => options.Kind == ProviderKind.Protocol
        ? options.BaseAddress is null or { IsLoopback: true }
        : options.ApiBase is { IsLoopback: true };
}
