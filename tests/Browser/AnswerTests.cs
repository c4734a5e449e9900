using System.Collections.Concurrent;
using Microsoft.Playwright;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What the page makes of answers that are lost, late, repeated or refusals.</summary>
public sealed class AnswerTests(SaleStage stage)
{
    // Every code of a purchase that ends the attempt, in the engine's own order.
    private static readonly (string Code, int Status)[] Refusals =
    [
        ("invalid-request", 400), ("unauthenticated", 401), ("not-found", 404), ("not-eligible", 403),
        ("ticket-invalid", 403), ("sale-closed", 409), ("paused", 503), ("limit-reached", 409),
        ("sold-out", 409), ("line-full", 409), ("not-reserved", 403), ("conflict", 409),
    ];

    [Fact]
    public async Task Two_clicks_in_one_moment_make_one_order_even_where_two_are_allowed()
    {
        var (batch, buyer) = await ReadyAsync("twice", new Sale(Sale.AtOnce) { PerUserLimit = 5 });
        await using var _ = buyer;
        await buyer.Part("buy").EvaluateAsync("button => { button.click(); button.click(); }");
        await buyer.OrderIsAsync("awaiting-payment");
        (await stage.Client.OrdersAsync(batch, "twice")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_double_click_is_no_stop_when_the_server_is_overloaded()
    {
        var (batch, buyer) = await ReadyAsync("eager", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        var asked = 0;
        await buyer.OnPurchaseAsync(route =>
            Interlocked.Increment(ref asked) > 1 ? route.ContinueAsync() : RefuseAsync(route, "overloaded", 503));
        await buyer.Part("buy").DblClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        (await stage.Client.OrdersAsync(batch, "eager")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_double_click_makes_one_order_even_where_two_are_allowed()
    {
        var (batch, buyer) = await ReadyAsync("double", new Sale(Sale.AtOnce) { PerUserLimit = 5 });
        await using var _ = buyer;
        await buyer.Part("buy").DblClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        (await stage.Client.OrdersAsync(batch, "double")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_found_by_itself()
    {
        var (batch, buyer) = await ReadyAsync("lost", new Sale(Sale.AtOnce) { PerUserLimit = 5 });
        await using var _ = buyer;
        var purchases = 0;
        await buyer.OnPurchaseAsync(async route =>
        {
            purchases += 1;
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
        });
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        purchases.ShouldBe(1);
        (await stage.Client.OrdersAsync(batch, "lost")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_order_made_while_the_page_was_reloaded_is_found_and_not_made_twice()
    {
        var (batch, buyer) = await ReadyAsync("reload", new Sale(Sale.AtOnce) { PerUserLimit = 5 });
        await using var _ = buyer;
        var arrived = new TaskCompletionSource();
        await buyer.OnPurchaseAsync(async route =>
        {
            await route.FetchAsync();
            arrived.TrySetResult();
        });
        await buyer.Part("buy").ClickAsync();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await buyer.Page.UnrouteAllAsync(new() { Behavior = UnrouteBehavior.IgnoreErrors });

        await buyer.Page.ReloadAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("order")).ToHaveCountAsync(1);
        (await stage.Client.OrdersAsync(batch, "reload")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_purchase_that_never_arrived_is_sent_again_under_its_key_after_a_reload()
    {
        var (batch, buyer) = await ReadyAsync("resend", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        var keys = new ConcurrentQueue<string>();
        var isCut = true;
        await buyer.OnPurchaseAsync(async route =>
        {
            keys.Enqueue(await route.Request.HeaderValueAsync("idempotency-key") ?? "none");
            if (isCut)
                await route.AbortAsync("connectionrefused");
            else
                await route.ContinueAsync();
        });
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "buying.lost");
        isCut = false;
        await buyer.Page.ReloadAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        keys.Distinct().ShouldHaveSingleItem().Length.ShouldBe(32);
        (await stage.Client.OrdersAsync(batch, "resend")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_overloaded_server_is_asked_again_under_the_same_key_after_it_said()
    {
        var (_, buyer) = await ReadyAsync("patient", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        var asked = new ConcurrentQueue<(string? Key, DateTimeOffset At)>();
        await buyer.OnPurchaseAsync(async route =>
        {
            asked.Enqueue((await route.Request.HeaderValueAsync("idempotency-key"), DateTimeOffset.UtcNow));
            if (asked.Count > 1)
                await route.ContinueAsync();
            else
                await RefuseAsync(route, "overloaded", 503, retryAfterSeconds: 2);
        });
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "buying.overloaded");
        await Expect(buyer.Part("stop")).ToBeVisibleAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        var tries = asked.ToArray();
        tries.Length.ShouldBe(2);
        tries[1].Key.ShouldBe(tries[0].Key);
        (tries[1].At - tries[0].At).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task A_buyer_can_stop_waiting_for_an_overloaded_server()
    {
        var (_, buyer) = await ReadyAsync("stops", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        await buyer.OnPurchaseAsync(route => RefuseAsync(route, "overloaded", 503, retryAfterSeconds: 60));
        await buyer.Part("buy").ClickAsync();
        await buyer.Part("stop").ClickAsync();
        await buyer.ToldAsync("stopped");
        await buyer.CanBuyAsync();
    }

    [Fact]
    public async Task The_purchase_carries_the_ticket_alone_and_no_cookie()
    {
        var (_, buyer) = await ReadyAsync("ticket", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        Dictionary<string, string>? headers = null;
        await buyer.OnPurchaseAsync(async route =>
        {
            headers = await route.Request.AllHeadersAsync();
            await route.ContinueAsync();
        });
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        headers.ShouldNotBeNull()["authorization"].ShouldStartWith("Ticket v2.");
        headers.ShouldNotContainKey("cookie");
    }

    [Fact]
    public async Task Every_refusal_is_told_in_both_languages()
    {
        var (batch, buyer) = await ReadyAsync("refused", new Sale(Sale.AtOnce));
        await using var _ = buyer;
        foreach (var (code, status) in Refusals)
        {
            await buyer.OnPurchaseAsync(route => RefuseAsync(route, code, status));
            await buyer.Page.GotoAsync($"sale/{batch}?lang=en");
            await buyer.CanBuyAsync();
            await buyer.Part("buy").ClickAsync();
            await buyer.ToldAsync(code);
            var english = await buyer.Part("notice").InnerTextAsync();
            await buyer.Part("language").ClickAsync();
            await Expect(buyer.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
            var chinese = await buyer.Part("notice").InnerTextAsync();
            chinese.ShouldMatch(@"\p{IsCJKUnifiedIdeographs}{4}", code);
            chinese.ShouldNotBe(english, code);
        }
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_buyer_with_too_many_ended_orders_is_told_so_and_offered_no_more()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "dropper");
        await using var buyer = await stage.VisitAsync();
        // Without the stream this page does not know of orders that were made elsewhere.
        await buyer.Page.RouteAsync("**/api/me/live?*", route => route.AbortAsync());
        await buyer.WaitForOpeningAsync(batch, "dropper");
        for (var i = 0; i < BatchTerms.MaxEndedOrders; i++)
            await stage.Client.CancelAsync(await stage.Client.BuyAsync(batch, "dropper"), "dropper");
        await buyer.Part("buy").ClickAsync();
        await buyer.ToldAsync("limit-reached");
        await Expect(buyer.Part("notice-title")).ToHaveTextAsync("Too many orders have ended");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended-too-often");
        await buyer.Part("language").ClickAsync();
        await Expect(buyer.Part("notice-title")).ToHaveTextAsync("结束的订单过多");

        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended-too-often");
        await Expect(buyer.Part("status")).ToContainTextAsync("10 笔订单");
        await Expect(buyer.Part("buy")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_visitor_with_too_many_changes_is_told_so_and_offered_no_more()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.Page.RouteAsync("**/api/me/live?*", route => route.AbortAsync());
        await buyer.OpenAsync(batch);
        await buyer.SignInAsync("waverer");
        await Expect(buyer.Part("reserve")).ToBeEnabledAsync();
        // Elsewhere: without its stream this page does not know of them.
        await stage.Client.ChangeReservationAsync(batch, "waverer", IReservationGrain.MaxChanges);
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("limit-reached");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "changed-too-often");
        await buyer.Part("language").ClickAsync();

        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "changed-too-often");
        await Expect(buyer.Part("status")).ToContainTextAsync("次数过多");
        await Expect(buyer.Part("reserve")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reservations_of_a_closed_sale_are_closed_because_it_is()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.OpenAsync(batch);
        await buyer.SignInAsync("too-late");
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await buyer.Page.RouteAsync("**/reservation", async route =>
        {
            if (route.Request.Method != "PUT") await route.ContinueAsync();
            else
            {
                await stage.Client.OperateAsync(batch, "close");
                await Expect(buyer.Part("phase")).ToHaveTextAsync("Ended");
                await route.ContinueAsync();
            }
        });
        await buyer.Part("reserve").ClickAsync();
        await Expect(buyer.Part("notice-title")).ToHaveTextAsync("This sale has ended");
    }

    private static Task RefuseAsync(IRoute route, string code, int status, int retryAfterSeconds = 1) =>
        route.FulfillAsync(new()
        {
            Status = status,
            ContentType = "application/problem+json",
            Headers = new Dictionary<string, string> { ["retry-after"] = $"{retryAfterSeconds}" },
            Body = $$"""{"type":"about:blank","title":"","status":{{status}},"code":"{{code}}"}""",
        });

    private async Task<(string Batch, Visitor Buyer)> ReadyAsync(string user, Sale sale)
    {
        var batch = await stage.Client.CreateAsync(sale, user);
        var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, user);
        return (batch, buyer);
    }
}
