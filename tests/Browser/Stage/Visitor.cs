using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>Somebody with a browser: what they see, and what they press.</summary>
public sealed class Visitor : IAsyncDisposable
{
    /// <summary>How long anything on the page may take to show; waiting ends as soon as it does.</summary>
    public const float PatienceMs = 15_000;

    private const float OpeningMs = 45_000;

    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];
    private readonly List<string> _refusals = [];

    private Visitor(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.SetDefaultTimeout(PatienceMs);
        SetDefaultExpectTimeout(PatienceMs);
        page.PageError += (_, error) => Note(error);
        page.Console += (_, message) =>
        {
            // A refusal is an answer, but browsers log every answer of 400 and above as an error.
            if (message.Type != "error") return;
            if (!message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) Note(message.Text);
            else lock (_errors) _refusals.Add($"{message.Text} {message.Location}");
        };
    }

    /// <summary>The page that is open.</summary>
    public IPage Page { get; }

    /// <summary>What the page complained of: exceptions, and what the content security policy forbade.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_errors) return [.. _errors];
        }
    }

    /// <summary>The answers of 400 and above, as the browser has logged them.</summary>
    public IReadOnlyList<string> Refusals
    {
        get
        {
            lock (_errors) return [.. _refusals];
        }
    }

    internal static async Task<Visitor> ComeAsync(
        IBrowser browser, Uri address, string language, int width, string colors)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.OriginalString,
            // A proxy of the tests has a certificate that it made itself.
            IgnoreHTTPSErrors = address.Scheme == Uri.UriSchemeHttps,
            Locale = language,
            TimezoneId = "Asia/Shanghai",
            ColorScheme = colors == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = width < 600 ? 844 : 800 },
        });
        return new Visitor(context, await context.NewPageAsync());
    }

    /// <summary>A part of the page by its test id.</summary>
    public ILocator Part(string id) => Page.GetByTestId(id);

    /// <summary>Opens a sale's page.</summary>
    public async Task OpenAsync(string batch)
    {
        await Page.GotoAsync($"sale/{batch}");
        await Expect(Page.Locator("#sale:not([data-loading])")).ToBeVisibleAsync();
    }

    /// <summary>Opens the list of sales, and shows more of it until a batch is there; returns its card.</summary>
    public async Task<ILocator> FindInListAsync(string batch)
    {
        var card = Page.Locator($"[data-batch={batch}]");
        var more = Page.Locator("#more:not([hidden])");
        await Page.GotoAsync("/");
        while (true)
        {
            await Expect(card.Or(more).First).ToBeVisibleAsync();
            if (await card.CountAsync() > 0) return card;
            var shown = await Page.GetByTestId("batch").CountAsync();
            await more.ClickAsync();
            await Expect(Page.GetByTestId("batch")).Not.ToHaveCountAsync(shown);
        }
    }

    /// <summary>Signs in at the sandbox's platform, and comes back to the same page.</summary>
    public async Task SignInAsync(string user)
    {
        await Part("account").ClickAsync();
        await Part("sign-in-with-weibo").ClickAsync();
        await LogInAtThePlatformAsync(user);
        await IsSignedInAsync($"weibo:{user}");
    }

    /// <summary>Signs in on the list of sales, before a sale's time runs.</summary>
    public async Task ComeSignedInAsync(string user)
    {
        await Page.GotoAsync("./");
        await SignInAsync(user);
    }

    /// <summary>Waits until the page knows its visitor as this user.</summary>
    public Task IsSignedInAsync(string user) =>
        Expect(Part("account")).ToHaveAttributeAsync("data-user", user, new() { Timeout = OpeningMs });

    /// <summary>Opens a sale's page and signs in as somebody who has reserved, then waits for the opening.</summary>
    public async Task WaitForOpeningAsync(string batch, string user)
    {
        await OpenAsync(batch);
        await SignInAsync(user);
        await CanBuyAsync();
    }

    /// <summary>Opens a sale's page, signed in, and reserves.</summary>
    public async Task ReserveAsync(string batch)
    {
        await OpenAsync(batch);
        await Part("reserve").ClickAsync();
        await ToldAsync("reserved");
    }

    /// <summary>Logs in at the platform, whose page has opened.</summary>
    public async Task LogInAtThePlatformAsync(string name)
    {
        await Page.Locator("#as").FillAsync(name);
        await Page.GetByTestId("log-in").ClickAsync();
    }

    /// <summary>Waits until buying is possible.</summary>
    public Task CanBuyAsync() =>
        Expect(Part("buy")).ToHaveAttributeAsync("aria-disabled", "false", new() { Timeout = OpeningMs });

    /// <summary>Waits until the page tells a notice of this name: a refusal's code, or its own.</summary>
    public Task ToldAsync(string name) => Expect(Part("notice")).ToHaveAttributeAsync("data-name", name);

    /// <summary>Waits until the one order on the page has this status.</summary>
    public Task OrderIsAsync(string status) =>
        Expect(Part("order")).ToHaveAttributeAsync("data-status", status, new() { Timeout = OpeningMs });

    /// <summary>Lets the next purchases be answered by a test instead of the network.</summary>
    public Task OnPurchaseAsync(Func<IRoute, Task> answer) => Page.RouteAsync("**/api/batches/*/orders", answer);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(string error)
    {
        lock (_errors) _errors.Add(error);
    }
}
