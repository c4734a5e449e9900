using System.Diagnostics;
using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Modules;
using OrleansSale.Tests.Browser.Stage;
using OrleansSale.Tests.Engine;

[assembly: AssemblyFixture(typeof(SaleStage))]
// The tests mostly wait, for openings and for retries.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 8)]

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// One engine, as a newcomer starts it, and one browser for all tests; each test brings its own batch and its own
/// visitors.
/// </summary>
public sealed class SaleStage : IAsyncLifetime
{
    private readonly ScratchFolder _data = new();
    private IPlaywright? _playwright;
    private EngineProcess? _engine;

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; private set; } = null!;

    /// <summary>The pages' modules, to be run one by one.</summary>
    public ModulePage Modules { get; private set; } = null!;

    /// <summary>What operators and other buyers do, over HTTP.</summary>
    public OtherPeople Client { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _engine = await EngineProcess.StartAsync(new EngineOptions(_data.Path, Secrets: null));
        Client = new OtherPeople(_engine.Address);
        _playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(_playwright);
        Modules = await ModulePage.OpenAsync(Browser);
    }

    /// <summary>A visitor with a browser profile of their own.</summary>
    public Task<Visitor> VisitAsync(string language = "en", int width = 390, string colors = "light") =>
        Visitor.ComeAsync(Browser, Client.Address, language, width, colors);

    /// <summary>A visitor who logs in at the platform, and reads its timeline until a post has come.</summary>
    public async Task<Visitor> ReadTimelineAsync(
        string name, string text, string language = "en", int width = 390, string colors = "light")
    {
        var visitor = await VisitAsync(language, width, colors);
        await visitor.Page.GotoAsync("/sandbox/platform/timeline");
        await visitor.LogInAtThePlatformAsync(name);
        await Assertions.Expect(visitor.Part("account")).ToContainTextAsync(name);
        var waiting = Stopwatch.StartNew();
        while (await visitor.Part("post-text").Filter(new() { HasText = text }).CountAsync() == 0)
        {
            if (waiting.ElapsedMilliseconds > Visitor.PatienceMs) throw new TimeoutException($"Not posted: {text}");
            await visitor.Page.ReloadAsync();
        }
        return visitor;
    }

    /// <summary>The messages that a visitor has at the platform, once so many have come.</summary>
    public static async Task<ILocator> ReadMessagesAsync(Visitor visitor, int count)
    {
        var waiting = Stopwatch.StartNew();
        await visitor.Page.GotoAsync("/sandbox/platform/timeline");
        while (await visitor.Part("message").CountAsync() < count)
        {
            if (waiting.ElapsedMilliseconds > Visitor.PatienceMs) throw new TimeoutException($"No {count} messages");
            await visitor.Page.ReloadAsync();
        }
        return visitor.Part("message");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        Client?.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
        _data.Dispose();
    }
}
