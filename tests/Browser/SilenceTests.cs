using System.Collections.Concurrent;
using OrleansSale.Api.Sales.Live;
using OrleansSale.Tests.Browser.Stage;
using OrleansSale.Tests.Engine;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What the page says when the server, the network or the session is gone, or the sale never was.</summary>
public sealed class SilenceTests(SaleStage stage)
{
    // A live page hears something every 10 s, and says after 15 s without anything that it is not live.
    private const int SilenceMs = 15_000;

    [Fact]
    public async Task A_frozen_server_is_told_after_15_seconds_and_a_server_that_goes_on_too()
    {
        (await stage.Modules.RunAsync<int>("/js/event-stream.js", "return m.silenceMs;")).ShouldBe(SilenceMs);
        LiveStreams.MaxSilence.TotalMilliseconds.ShouldBeLessThan(SilenceMs);
        using var data = new ScratchFolder();
        await using var engine = await EngineProcess.StartAsync(
            new EngineOptions(data.Path, Secrets: null), TestContext.Current.CancellationToken);
        using var others = new OtherPeople(engine.Address);
        var batch = await others.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await Visitor.ComeAsync(stage.Browser, engine.Address, "en", 390, "light");
        await visitor.Page.Clock.InstallAsync();
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live");
        engine.Freeze();
        try
        {
            await visitor.Page.Clock.FastForwardAsync(SilenceMs + 1_000);
            await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "reconnecting");
            await Expect(visitor.Part("sale")).ToBeVisibleAsync();
        }
        finally
        {
            engine.Continue();
        }
        await visitor.Page.Clock.FastForwardAsync(2 * SilenceMs);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task Without_a_network_the_page_says_so_and_then_catches_up()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "tunnel");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "tunnel");
        await Expect(buyer.Part("live")).ToHaveAttributeAsync("data-state", "live");
        await buyer.Page.EvaluateAsync("""
            () => {
              const live = document.getElementById('live');
              window.states = [];
              new MutationObserver(() => window.states.push(live.dataset.state))
                .observe(live, { attributeFilter: ['data-state'] });
            }
            """);
        await buyer.Page.Context.SetOfflineAsync(true);
        await buyer.Page.WaitForFunctionAsync("() => window.states.includes('reconnecting')");
        await stage.Client.BuyAsync(batch, "tunnel");
        await buyer.Page.Context.SetOfflineAsync(false);
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("live")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = 45_000 });
    }

    [Theory]
    [InlineData("en", "Sign in again to pay")]
    [InlineData("zh-CN", "内重新登录并支付")]
    public async Task A_session_that_ends_while_a_unit_is_held_takes_nothing_from_the_page(string language, string told)
    {
        var user = $"ended-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.WaitForOpeningAsync(batch, user);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");

        await buyer.Page.Context.ClearCookiesAsync();
        await buyer.Part("pay-now").ClickAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended-pay");
        await Expect(buyer.Part("status")).ToContainTextAsync(told);
        await Expect(buyer.Part("sign-in")).ToBeVisibleAsync();
        await Expect(buyer.Part("notice")).ToHaveAttributeAsync("data-name", "unauthenticated");
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("order-pay-by")).ToBeVisibleAsync();
        await Expect(buyer.Part("pay")).ToBeHiddenAsync();
        await Expect(buyer.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
        await Expect(buyer.Part("step-pay")).ToHaveAttributeAsync("data-state", "current");

        // After a sign-in in another tab this one goes on.
        var other = await buyer.Page.Context.NewPageAsync();
        await other.GotoAsync($"/signin/weibo?returnTo=/sale/{batch}");
        await other.Locator("#as").FillAsync(user);
        await other.GetByTestId("log-in").ClickAsync();
        await Expect(other.GetByTestId("pay-now")).ToBeVisibleAsync();
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_whose_session_an_operator_ends_says_so_by_itself()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later), "expelled");
        await using var buyer = await stage.VisitAsync();
        await buyer.OpenAsync(batch);
        await buyer.SignInAsync("expelled");
        await Expect(buyer.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
        await stage.Client.EndSessionsAsync("weibo:expelled");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended", new() { Timeout = 90_000 });
        await Expect(buyer.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
        await Expect(buyer.Part("sign-in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_visitor_without_a_reservation_gets_no_error_in_the_console()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("nothing-yet");
        var logged = new ConcurrentQueue<string>();
        visitor.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") logged.Enqueue(message.Text);
        };
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("reserve")).ToBeVisibleAsync();
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live");
        logged.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sale_that_does_not_exist_is_not_asked_for()
    {
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("lost-way");
        await visitor.Page.Clock.InstallAsync();
        var asked = new ConcurrentQueue<string>();
        visitor.Page.Request += (_, request) =>
        {
            if (request.Url.Contains("nothing-here", StringComparison.Ordinal)
                && request.Url.Contains("/api/", StringComparison.Ordinal)) asked.Enqueue(request.Url);
        };
        await visitor.Page.GotoAsync("/sale/nothing-here");
        await Expect(visitor.Part("missing")).ToBeVisibleAsync();
        await visitor.Page.Clock.RunForAsync(3 * 60_000);
        asked.ShouldBeEmpty("the page says so by itself");
    }
}
