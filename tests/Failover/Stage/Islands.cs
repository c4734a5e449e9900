using System.Net;
using System.Net.NetworkInformation;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// Network namespaces, each with an address of its own on one bridge, that can be cut off from each other. What is
/// outside of them reaches all, and is reached at <see cref="Outside"/>.
/// </summary>
internal sealed class Islands : IAsyncDisposable
{
    private const int Subnets = 250;

    private readonly string _name = $"sale{Random.Shared.Next(0x1_0000):x4}";
    private readonly string _subnet = FreeSubnet();
    private readonly int _count;

    private Islands(int count) => _count = count;

    /// <summary>The address of everything that is on no island.</summary>
    public IPAddress Outside => IPAddress.Parse($"{_subnet}.1");

    /// <summary>Makes some.</summary>
    /// <exception cref="EngineException">This machine or this user can't; the message says why.</exception>
    public static async Task<Islands> MakeAsync(int count)
    {
        var islands = new Islands(count);
        try
        {
            await islands.MakeAsync();
            return islands;
        }
        catch
        {
            await islands.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of an island.</summary>
    public IPAddress AddressOf(int island) => IPAddress.Parse($"{_subnet}.{island + 2}");

    /// <summary>A command that becomes the one after it, on an island.</summary>
    public IReadOnlyList<string> Launcher(int island) => ["ip", "netns", "exec", NameOf(island)];

    /// <summary>From now on the two hear nothing of each other: what one sends vanishes.</summary>
    public async Task PartAsync(int one, int other)
    {
        await IpAsync("-n", NameOf(one), "route", "add", "blackhole", $"{AddressOf(other)}");
        await IpAsync("-n", NameOf(other), "route", "add", "blackhole", $"{AddressOf(one)}");
    }

    /// <summary>They hear each other again.</summary>
    public async Task HealAsync(int one, int other)
    {
        await IpAsync("-n", NameOf(one), "route", "del", "blackhole", $"{AddressOf(other)}");
        await IpAsync("-n", NameOf(other), "route", "del", "blackhole", $"{AddressOf(one)}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Removing a namespace removes its end of the cable, and so the other end too. What was never made cannot be
        // removed.
        for (var island = 0; island < _count; island++)
            await ExternalProgram.RunAsync("ip", ["netns", "del", NameOf(island)]);
        await ExternalProgram.RunAsync("ip", ["link", "del", _name]);
    }

    private async Task MakeAsync()
    {
        await IpAsync("link", "add", _name, "type", "bridge");
        await IpAsync("addr", "add", $"{Outside}/24", "dev", _name);
        await IpAsync("link", "set", _name, "up");
        for (var island = 0; island < _count; island++)
        {
            var (space, cable) = (NameOf(island), $"{_name}c{island}");
            await IpAsync("netns", "add", space);
            await IpAsync("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space);
            await IpAsync("link", "set", cable, "master", _name, "up");
            await IpAsync("-n", space, "addr", "add", $"{AddressOf(island)}/24", "dev", "eth0");
            await IpAsync("-n", space, "link", "set", "eth0", "up");
            await IpAsync("-n", space, "link", "set", "lo", "up");
        }
    }

    // A run that was killed leaves its bridge here.
    private static string FreeSubnet()
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => $"{one.Address}").ToHashSet();
        return Enumerable.Range(1, Subnets).Select(number => $"10.213.{number}")
            .Where(subnet => !taken.Contains($"{subnet}.1")).OrderBy(_ => Random.Shared.Next()).First();
    }

    private string NameOf(int island) => $"{_name}n{island}";

    private static async Task IpAsync(params string[] arguments)
    {
        var (status, text) = await ExternalProgram.RunAsync("ip", arguments);
        if (status != 0) throw new EngineException($"ip {string.Join(' ', arguments)}: {text.Trim()}");
    }
}
