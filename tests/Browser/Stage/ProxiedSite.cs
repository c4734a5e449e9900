using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>An engine behind a proxy, which shows it over TLS and HTTP/2 at a path of its site.</summary>
public sealed class ProxiedSite : IAsyncDisposable
{
    private readonly ScratchFolder _data = new();
    private Nginx? _proxy;
    private EngineProcess? _engine;

    /// <summary>Where browsers find the engine.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What operators and other buyers do, over HTTP and without the proxy.</summary>
    public OtherPeople Others { get; private set; } = null!;

    /// <summary>Starts both.</summary>
    /// <param name="path">The engine's path on the site, with slashes around it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ProxiedSite> StartAsync(string path, CancellationToken cancellationToken)
    {
        var site = new ProxiedSite();
        try
        {
            await site.StartHereAsync(path, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A visitor who comes through the proxy.</summary>
    public Task<Visitor> VisitAsync(SaleStage stage) => Visitor.ComeAsync(stage.Browser, Address, "en", 390, "light");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Others?.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
        if (_proxy is not null) await _proxy.DisposeAsync();
        _data.Dispose();
    }

    private async Task StartHereAsync(string path, CancellationToken cancellationToken)
    {
        var port = LoopbackPorts.Free();
        _proxy = await Nginx.StartAsync(path, new Uri($"http://127.0.0.1:{port}"), cancellationToken);
        Address = new Uri(_proxy.Site, path);
        _engine = await EngineProcess.StartAsync(
            new EngineOptions(_data.Path, Secrets: null)
            {
                Port = port,
                Settings = new Dictionary<string, string>
                {
                    ["Sale:Proxies"] = "127.0.0.1",
                    ["Sale:PathBase"] = path.TrimEnd('/'),
                    ["Payments:PublicAddress"] = Address.AbsoluteUri,
                },
            }, cancellationToken);
        Others = new OtherPeople(_engine.Address);
    }
}
