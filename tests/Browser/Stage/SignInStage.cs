using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>An engine on which users of Weibo sign in at a platform, another site than the shop.</summary>
public sealed class SignInStage : IAsyncLifetime
{
    private readonly ScratchFolder _data = new();
    private EngineProcess? _engine;

    /// <summary>Where people have their accounts.</summary>
    public OpenIdProvider Platform { get; private set; } = null!;

    /// <summary>What operators and other buyers do, over HTTP.</summary>
    public OtherPeople Others { get; private set; } = null!;

    /// <summary>Where the engine listens.</summary>
    public Uri Address => _engine!.Address;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Platform = await OpenIdProvider.StartAsync($"http://localhost:{LoopbackPorts.Free()}");
        var settings = Platform.SettingsOf("weibo", "Weibo", "微博");
        settings["Channels:club:Name:en"] = "The Club";
        settings["Channels:taobao:SignIn:Provider"] = "Sandbox";
        settings["Operators:0:Channel"] = "weibo";
        settings["Operators:0:Subject"] = "boss";
        _engine = await EngineProcess.StartAsync(new EngineOptions(_data.Path, Secrets: null) { Settings = settings });
        Others = new OtherPeople(_engine.Address);
        await WarmUpAsync(Address, "weibo");
    }

    /// <summary>Sets a cookie of the visitor's browser at the platform.</summary>
    public Task SetAtPlatformAsync(Visitor visitor, string name, string value) =>
        visitor.Page.Context.AddCookiesAsync([new() { Name = name, Value = value, Url = Platform.Issuer.AbsoluteUri }]);

    /// <summary>
    /// Signs somebody in once. Both are new processes to a machine that may be busy: the bounds of a sign-in are for
    /// those that run.
    /// </summary>
    internal static async Task WarmUpAsync(Uri address, string channel)
    {
        using var http = new HttpClient();
        for (var tries = 0; tries < 3; tries++)
        {
            using var answer = await http.GetAsync(new Uri(address, $"/signin/{channel}"));
            if (answer.IsSuccessStatusCode) return;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Others?.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
        if (Platform is not null) await Platform.DisposeAsync();
        _data.Dispose();
    }
}
