using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Silo.Http;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Posts;

/// <summary>Adds what publishes posts and sends messages to a process that has a silo.</summary>
public static class PostRegistration
{
    /// <summary>Registers <see cref="IPostPublisher"/> and <see cref="IMessageSender"/> over HTTP.</summary>
    public static void AddPosts(this IServiceCollection services)
    {
        services.TryAddSingleton<OwnAddress>(() => null);
        services.TryAddSingleton<PageAddresses>();
        services.AddSingleton<SandboxPosts>();
        services.AddSingleton<HttpPostPublisher>();
        services.AddSingleton<IPostPublisher>(provider => provider.GetRequiredService<HttpPostPublisher>());
        services.AddSingleton<IMessageSender>(provider => provider.GetRequiredService<HttpPostPublisher>());
        AddClient(services, HttpPostPublisher.ClientName, usesProxy: true);
        AddClient(services, HttpPostPublisher.LocalClientName, usesProxy: false);
    }

    private static void AddClient(IServiceCollection services, string name, bool usesProxy) =>
        services.AddOutgoing(name, (handler, _) =>
            {
                handler.UseProxy = usesProxy;
                handler.MaxConnectionsPerServer = HttpPostPublisher.MaxTries;
            })
            .ConfigureHttpClient(client => client.Timeout = 2 * HttpPostPublisher.Try);
}
