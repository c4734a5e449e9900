using System.Net;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// Keeps an engine in Development to its own machine: anybody who reaches one can become an operator.
/// </summary>
/// <remarks>
/// There are two ways in from outside. One is the network, so the engine listens on loopback only. The other is a
/// browser on this machine: a page from anywhere may let its own name resolve to 127.0.0.1, and then has the same
/// origin as the engine. Its requests carry that name in Host, so only the names of loopback are answered.
/// </remarks>
public static class DevelopmentDoor
{
    /// <summary>Opens it to other machines, and to any name.</summary>
    public const string Key = "Sale:OpenDevelopmentToNetwork";

    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]", "*.localhost"];

    // The host filter treats each of these as "any name".
    private static readonly string[] AnyName = ["*", "[::]", "0.0.0.0"];

    /// <summary>Whether it was opened.</summary>
    public static bool IsOpen(IConfiguration configuration) => bool.TryParse(configuration[Key], out var open) && open;

    /// <summary>Restricts an engine in Development to this machine, unless the setting opens it.</summary>
    /// <exception cref="StartException">An address is of the network; the message names its setting.</exception>
    public static void Shut(
        IConfiguration configuration, IServiceCollection services, IReadOnlyList<ListenAddress> addresses)
    {
        if (IsOpen(configuration)) return;
        if (addresses.FirstOrDefault(address => !address.IsOfThisMachine) is { } outer)
            throw Refused($"{outer.Key} is {outer.Text}");
        // The settings are checked before anything is touched. The server's addresses are checked too, because settings
        // are read again while it runs.
        services.Configure<KestrelServerOptions>(options => options.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint is { } endpoint && !IPAddress.IsLoopback(endpoint.Address))
                throw Refused($"an address is {endpoint}");
        }));
        var named = (configuration["AllowedHosts"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        services.Configure<HostFilteringOptions>(options =>
        {
            options.AllowedHosts = [.. LoopbackNames, .. named.Except(AnyName)];
            options.AllowEmptyHosts = false;
        });
    }

    /// <summary>The message about an address that other machines reach.</summary>
    public static StartException Refused(string what) => new(
        $"In Development anybody who reaches this process can become an operator, and {what}, which other "
        + "machines reach. A real sale runs in Production; else listen on localhost, or open it to them with "
        + $"{Key}=true.");
}
