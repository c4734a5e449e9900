using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>The page follows the sale by itself.</summary>
public sealed class LivePageTests(SaleStage stage)
{
    [Theory]
    [InlineData("en", "1 unit is not paid for yet")]
    [InlineData("zh-CN", "还有 1 件待付款")]
    public async Task Sold_out_is_told_and_a_unit_that_comes_back_can_be_bought(string language, string told)
    {
        var batch = await stage.Client.CreateAsync(
            new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 0 }, "first", "second");
        await using var visitor = await stage.VisitAsync(language);
        await visitor.WaitForOpeningAsync(batch, "second");
        var order = await stage.Client.BuyAsync(batch, "first");
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "sold-out");
        await Expect(visitor.Part("status")).ToContainTextAsync(told);
        await Expect(visitor.Part("buy")).ToHaveAttributeAsync("aria-disabled", "true");

        await stage.Client.CancelAsync(order, "first");
        await visitor.CanBuyAsync();
        await visitor.Part("buy").ClickAsync();
        await visitor.OrderIsAsync("awaiting-payment");
    }

    [Fact]
    public async Task A_visitor_who_is_not_signed_in_is_asked_to_sign_in_and_can_not_reserve()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("sign-in")).ToBeVisibleAsync();
        await Expect(visitor.Part("reserve")).ToBeHiddenAsync();
        await Expect(visitor.Part("buy")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Without_the_live_stream_the_page_asks_and_says_so()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await using var visitor = await stage.VisitAsync();
        await visitor.Page.RouteAsync("**/live", route => route.AbortAsync());
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "reconnecting");
        await stage.Client.OperateAsync(batch, "pause");
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "paused");
        await visitor.Page.UnrouteAsync("**/live");
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = 45_000 });
    }

    [Fact]
    public async Task A_pause_and_its_end_reach_the_button_by_themselves()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "waits");
        await using var visitor = await stage.VisitAsync();
        await visitor.WaitForOpeningAsync(batch, "waits");
        await stage.Client.OperateAsync(batch, "pause");
        await Expect(visitor.Part("status")).ToHaveAttributeAsync("data-status", "paused");
        await Expect(visitor.Part("buy")).ToHaveAttributeAsync("aria-disabled", "true");
        await stage.Client.OperateAsync(batch, "resume");
        await visitor.CanBuyAsync();
        await stage.Client.OperateAsync(batch, "close");
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "closed");
    }

    [Fact]
    public async Task The_opening_follows_the_servers_clock_when_the_visitors_is_wrong()
    {
        await using var visitor = await stage.VisitAsync();
        await visitor.Page.AddInitScriptAsync("const now = Date.now; Date.now = () => now() - 3 * 3_600_000;");
        await visitor.ComeSignedInAsync("wrong-clock");
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce), "wrong-clock");
        await visitor.OpenAsync(opening.Batch);
        await Expect(visitor.Part("buy")).ToHaveAttributeAsync("aria-disabled", "true");
        await opening.LetComeAsync();
        await visitor.CanBuyAsync();
        var opens = await stage.Client.OpeningOfAsync(opening.Batch);
        // A slow machine is late, by far less than the visitor's clock.
        (DateTimeOffset.UtcNow - opens).ShouldBeInRange(TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task An_answer_that_comes_after_a_newer_event_does_not_bring_the_old_state_back()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "overtaken");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "overtaken");
        await stage.Client.PayAsync(await stage.Client.BuyAsync(batch, "overtaken"), "overtaken");
        await buyer.OrderIsAsync("paid");
        var isTold = new TaskCompletionSource();
        await buyer.Page.RouteAsync("**/api/orders/*", async route =>
        {
            if (route.Request.Method != "DELETE")
            {
                await route.ContinueAsync();
                return;
            }
            var answer = await route.FetchAsync();
            await isTold.Task;
            await route.FulfillAsync(new() { Response = answer });
        });

        await buyer.Part("cancel-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.OrderIsAsync("refunded");
        isTold.SetResult();
        await buyer.ToldAsync("order-refunding");
        (await buyer.Part("order").GetAttributeAsync("data-status")).ShouldBe("refunded");
    }

    [Fact]
    public async Task Orders_beyond_the_first_page_of_the_list_are_shown_too()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("collector");
        await visitor.Page.RouteAsync("**/api/me/orders?*", route =>
        {
            var page = route.Request.Url.Contains("after=", StringComparison.Ordinal) ? 2 : 1;
            var next = page == 1 ? $$""","next":"{{batch}}.1" """ : "";
            return route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = $$"""
                    {"items":[{"id":"{{batch}}.{{page}}","batch":"{{batch}}","user":"weibo:collector","units":[1],
                    "quantity":1,"status":"expired","amount":{"amount":1,"currency":"CNY"},
                    "heldAt":"2026-01-0{{page}}T00:00:00.000Z","payBy":"2026-01-09T00:00:00.000Z"}]{{next}}}
                    """,
            });
        });
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("order-id")).ToHaveTextAsync([$"Order {batch}.2", $"Order {batch}.1"]);
    }

    [Theory]
    [InlineData("en", "refunding", "buyer", "You cancelled this order.\nYour refund is on its way.")]
    [InlineData("en", "refunded", "buyer", "You cancelled this order.\nRefunded in full.")]
    [InlineData("en", "refunding", null,
        "No valid payment came in time, so the order was closed.\nYour refund is on its way.")]
    [InlineData("zh-CN", "refunding", "buyer", "您已取消该订单。\n退款处理中，将原路退回。")]
    [InlineData("zh-CN", "refunded", null, "未及时收到有效付款，订单已关闭。\n已全额退款。")]
    public async Task A_refund_says_why_the_order_has_ended(string language, string status, string? by, string note)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language);
        await visitor.ComeSignedInAsync("repaid");
        var cancelled = by is null ? "" : $$""", "cancelledBy":"{{by}}" """;
        await visitor.Page.RouteAsync("**/api/me/orders?*", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = $$"""
                {"items":[{"id":"{{batch}}.1","batch":"{{batch}}","user":"weibo:repaid","units":[1],"quantity":1,
                "status":"{{status}}","amount":{"amount":1,"currency":"CNY"},
                "heldAt":"2026-01-01T00:00:00.000Z","payBy":"2026-01-09T00:00:00.000Z"{{cancelled}}}]}
                """,
        }));
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("order-note")).ToHaveTextAsync(note, new() { UseInnerText = true });
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_a_new_one_pushes_off_the_shown_pages_leaves_the_list()
    {
        await using var visitor = await stage.VisitAsync();
        var boards = new List<(string Id, string Text)>();
        for (var each = 0; each < 3; each++)
        {
            var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
            boards.Add((batch, await (await visitor.Page.APIRequest.GetAsync($"/api/batches/{batch}")).TextAsync()));
        }
        var shown = boards[..2];
        await visitor.Page.RouteAsync("**/api/batches?*", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = $$"""{"items":[{{string.Join(',', shown.Select(board => board.Text))}}],"next":"more"}""",
        }));
        await visitor.Page.GotoAsync("/");
        await Expect(visitor.Page.GetByTestId("batch")).ToHaveCountAsync(2);
        shown = [boards[2], boards[0]];
        await Expect(visitor.Page.Locator($"[data-batch={boards[2].Id}]")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator($"[data-batch={boards[1].Id}]")).ToHaveCountAsync(0);
        await Expect(visitor.Page.GetByTestId("batch")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task The_list_leads_to_the_sale()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await stage.Client.UntilOpenAsync(batch);
        await using var visitor = await stage.VisitAsync();
        await (await visitor.FindInListAsync(batch)).Locator("a").ClickAsync();
        await Expect(visitor.Part("product")).ToHaveTextAsync("Xiaomi Mi2 16 GB");
        await Expect(visitor.Part("price")).ToContainTextAsync("1,999");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sale_that_does_not_exist_is_told_as_such()
    {
        await using var visitor = await stage.VisitAsync();
        var asked = new List<string>();
        visitor.Page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        var answer = await visitor.Page.GotoAsync("/sale/nothing-here");
        answer!.Status.ShouldBe(404);
        await Expect(visitor.Part("missing")).ToContainTextAsync("There is no such sale");
        asked.ShouldNotContain(path => path.StartsWith("/api/", StringComparison.Ordinal));
        await visitor.Part("language").ClickAsync();
        await Expect(visitor.Part("missing")).ToContainTextAsync("没有找到这个活动");
        await visitor.Part("missing").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(visitor.Part("batches")).ToBeVisibleAsync();
    }
}
