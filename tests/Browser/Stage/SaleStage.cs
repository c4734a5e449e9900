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

    /// <summary>
    /// A visitor with all of Chromium to themselves. The browser of all others has no notifications, and the page that
    /// a test answers with for another site was not seen to open there.
    /// </summary>
    public async Task<Visitor> VisitWithWholeBrowserAsync(Uri address, string language)
    {
        var browser = await Chromium.LaunchWholeAsync(_playwright!);
        return await Visitor.ComeAsync(browser, address, language, 390, "light", isAlone: true);
    }

    /// <summary>A visitor who has logged in at the platform, and reads its timeline when a post has come.</summary>
    public async Task<Visitor> ReadTimelineAsync(
        string name, string text, string language = "en", int width = 390, string colors = "light")
    {
        var visitor = await VisitAsync(language, width, colors);
        await visitor.HasLoggedInAtThePlatformAsync(name);
        await visitor.OpenTimelineAsync(page => page.Contains(text, StringComparison.Ordinal));
        await Assertions.Expect(visitor.Part("account")).ToContainTextAsync(name);
        return visitor;
    }

    /// <summary>The messages that a visitor has at the platform, once so many have come.</summary>
    public static async Task<ILocator> ReadMessagesAsync(Visitor visitor, int count)
    {
        await visitor.OpenTimelineAsync(page => page.Split("data-testid=\"message\"").Length > count);
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
