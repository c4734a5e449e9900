using System.Diagnostics;
using System.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>Somebody with a browser: what they see, and what they press.</summary>
public sealed class Visitor : IAsyncDisposable
{
    /// <summary>How long anything on the page may take to show; waiting ends as soon as it does.</summary>
    public const float PatienceMs = 40_000;

    private const float OpeningMs = 90_000;

    private const int LookMs = 200;

    // The browser of the tests has no notifications, and says that they are blocked.
    private const string Permission = """
        Object.defineProperty(Notification, 'permission', { configurable: true, get: () => '{{state}}' });
        """;

    private readonly IBrowserContext _context;
    private readonly string _language;
    private readonly IBrowser? _own;
    private readonly List<string> _errors = [];
    private readonly List<string> _refusals = [];

    private Visitor(IBrowserContext context, IPage page, string language, IBrowser? own)
    {
        _context = context;
        _language = language;
        _own = own;
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
        IBrowser browser, Uri address, string language, int width, string colors, bool isAlone = false)
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
        // Most visitors have not been asked about notifications yet.
        if (!isAlone) await context.AddInitScriptAsync(Permission.Replace("{{state}}", "default"));
        return new Visitor(context, await context.NewPageAsync(), language, isAlone ? browser : null);
    }

    /// <summary>From now on their browser blocks notifications.</summary>
    public Task BlockNotificationsAsync() =>
        _context.AddInitScriptAsync(Permission.Replace("{{state}}", "denied"));

    /// <summary>A part of the page by its test id.</summary>
    public ILocator Part(string id) => Page.GetByTestId(id);

    /// <summary>Opens a sale's page.</summary>
    public async Task OpenAsync(string batch)
    {
        await Page.GotoAsync($"sale/{batch}");
        await Expect(Page.Locator("#sale:not([data-loading])")).ToBeVisibleAsync();
    }

    /// <summary>
    /// Opens the list of sales, and shows more of it until a batch is there; returns its card. The list begins with
    /// what opened last.
    /// </summary>
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
    public async Task SignInOnThePageAsync(string user)
    {
        await Part("account").ClickAsync();
        await Part("sign-in-with-weibo").ClickAsync();
        await LogInAtThePlatformAsync(user);
        await IsSignedInAsync($"weibo:{user}");
    }

    /// <summary>Signs in as a user of Weibo without its pages, and loads the page again that is open.</summary>
    public async Task SignInAsync(string user)
    {
        await ComeSignedInAsync(user);
        await Page.ReloadAsync();
        await IsSignedInAsync($"weibo:{user}");
    }

    /// <summary>Has signed in as a user of Weibo before the first page, without a page.</summary>
    public async Task ComeSignedInAsync(string user)
    {
        // What the platform's page would send: all that it was asked, and who they are.
        var asked = await _context.APIRequest.GetAsync("signin/weibo?returnTo=/");
        var form = _context.APIRequest.CreateFormData().Set("as", user);
        var query = HttpUtility.ParseQueryString(new Uri(asked.Url).Query);
        foreach (var name in query.AllKeys) form.Set(name!, query[name]!);
        var answer = await _context.APIRequest.PostAsync(
            new Uri(asked.Url).GetLeftPart(UriPartial.Path), new() { Form = form });
        answer.Ok.ShouldBeTrue($"{answer.Status} {answer.Url}");
    }

    /// <summary>Waits until the page knows its visitor as this user.</summary>
    public Task IsSignedInAsync(string user) =>
        Expect(Part("account")).ToHaveAttributeAsync("data-user", user, new() { Timeout = OpeningMs });

    /// <summary>Opens a sale's page, signed in as somebody who has reserved, and waits for the opening.</summary>
    public async Task WaitForOpeningAsync(string batch, string user)
    {
        await ComeSignedInAsync(user);
        await OpenAsync(batch);
        await CanBuyAsync();
    }

    /// <summary>Opens a sale's page, signed in, and reserves.</summary>
    public async Task ReserveAsync(string batch)
    {
        await OpenAsync(batch);
        await Part("reserve").ClickAsync();
        await ToldAsync("reserved");
    }

    /// <summary>Has logged in at the platform before the first page, without a page.</summary>
    public async Task HasLoggedInAtThePlatformAsync(string name)
    {
        var form = _context.APIRequest.CreateFormData().Set("as", name);
        var answer = await _context.APIRequest.PostAsync("sandbox/platform/login", new() { Form = form });
        answer.Ok.ShouldBeTrue($"{answer.Status} {answer.Url}");
    }

    /// <summary>Opens the platform's timeline as soon as it has something on it.</summary>
    public async Task OpenTimelineAsync(Func<string, bool> hasCome)
    {
        const string Timeline = "sandbox/platform/timeline";
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var page = await _context.APIRequest.GetAsync($"{Timeline}?lang={_language}");
            if (hasCome(HttpUtility.HtmlDecode(await page.TextAsync()))) break;
            waiting.ElapsedMilliseconds.ShouldBeLessThan((long)PatienceMs, "it has not come");
            await Task.Delay(LookMs); // bounded poll
        }
        await Page.GotoAsync(Timeline);
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
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        if (_own is not null) await _own.DisposeAsync();
    }

    private void Note(string error)
    {
        lock (_errors) _errors.Add(error);
    }
}
