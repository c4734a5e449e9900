using System.Collections.Concurrent;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What helps a visitor not to miss an opening: the calendar, and a reminder by their browser.</summary>
public sealed class AheadTests(SaleStage stage)
{
    // Stands for the notifications of the browser, which no page and no test can look at.
    private const string Notifications = """
        window.Notification = class {
          static get permission() { return localStorage.getItem('test permission') ?? 'default'; }
          static async requestPermission() {
            window.told('asked');
            localStorage.setItem('test permission', window.testAnswer ?? 'granted');
            return this.permission;
          }
          constructor(title, { body }) { window.told(`${title} | ${body}`); }
          close() {}
        };
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("en", "Remind me before it opens", "Turn the reminder off", "Keep a tab of this shop open",
        "opens in about a minute", "the sale is open")]
    [InlineData("zh-CN", "开售前提醒我", "关闭提醒", "至少保留一个本店页面不关闭", "即将开抢", "已开抢")]
    public async Task Whoever_asks_is_reminded_once_before_the_opening_and_once_at_it_however_many_tabs_are_open(
        string language, string start, string stop, string explained, string before, string open)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language);
        using var time = await MovableTime.OfAsync(visitor);
        var told = await HearAsync(visitor, Notifications);
        await visitor.OpenAsync(batch);
        var list = await visitor.Page.Context.NewPageAsync();
        await list.GotoAsync("/");
        var other = await visitor.Page.Context.NewPageAsync();
        await other.GotoAsync($"/sale/{batch}");
        await Expect(visitor.Part("remind")).ToHaveTextAsync(start);
        await Expect(other.GetByTestId("remind")).ToHaveTextAsync(start);
        told.ShouldBeEmpty("no page asks by itself");

        await visitor.Part("remind").ClickAsync();
        await Expect(visitor.Part("remind")).ToHaveTextAsync(stop);
        await Expect(visitor.Part("remind-note")).ToContainTextAsync(explained);
        await Expect(other.GetByTestId("remind")).ToHaveTextAsync(stop);
        await UntilAsync(() => !told.IsEmpty);
        told.ShouldBe(["asked"]);
        // A tab that only watches the list is enough.
        await visitor.Page.CloseAsync();

        await time.PassAsync(Sale.Later - 110 * Second);
        await time.PassAsync(50 * Second);
        await UntilAsync(() => told.Count >= 2);
        told.Last().ShouldContain(before);
        await time.PassAsync(62 * Second);
        await UntilAsync(() => told.Count >= 3);
        told.Last().ShouldContain(open);
        await Expect(other.GetByTestId("remind")).ToBeHiddenAsync();
        await time.PassAsync(120 * Second);
        await Expect(other.GetByTestId("sale")).ToHaveAttributeAsync("data-phase", "on-sale");
        told.Count.ShouldBe(3);
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reminder_that_is_switched_off_and_one_of_a_closed_batch_do_not_come()
    {
        var off = await stage.Client.CreateAsync(new Sale(Sale.Later));
        var closed = await stage.Client.CreateAsync(new Sale(Sale.Later));
        var last = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        using var time = await MovableTime.OfAsync(visitor);
        var told = await HearAsync(visitor, Notifications);
        foreach (var batch in (string[])[off, closed, last])
        {
            await visitor.OpenAsync(batch);
            await visitor.Part("remind").ClickAsync();
            await Expect(visitor.Part("remind")).ToHaveAttributeAsync("data-state", "on");
        }
        await visitor.OpenAsync(off);
        await visitor.Part("remind").ClickAsync();
        await Expect(visitor.Part("remind")).ToHaveAttributeAsync("data-state", "off");
        await Expect(visitor.Part("remind-note")).ToBeHiddenAsync();
        await stage.Client.OperateAsync(closed, "close");

        await time.PassAsync(Sale.Later - 55 * Second);
        await UntilAsync(() => Reminders(told).Length >= 1);
        await time.PassAsync(62 * Second);
        await UntilAsync(() => Reminders(told).Length >= 2);
        Reminders(told).Length.ShouldBe(2, "those of the last batch alone");
    }

    [Fact]
    public async Task A_reminder_follows_an_opening_that_moves()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        using var time = await MovableTime.OfAsync(visitor);
        var told = await HearAsync(visitor, Notifications);
        await visitor.OpenAsync(batch);
        await visitor.Part("remind").ClickAsync();
        await Expect(visitor.Part("remind")).ToHaveAttributeAsync("data-state", "on");
        // The list does not show whether it has moved. The reminder asks.
        await visitor.Page.GotoAsync("/");
        time.Postpone(TimeSpan.FromMinutes(5));
        await time.PassAsync(Sale.Later - 55 * Second);
        await time.PassAsync(62 * Second);
        await visitor.Page.WaitForFunctionAsync(
            "([path, at]) => JSON.parse(localStorage.getItem(path)).opens > at",
            new object[] { $"remind /sale/{batch}", (DateTimeOffset.UtcNow + Sale.Later).ToUnixTimeMilliseconds() });
        Reminders(told).ShouldBeEmpty();
        await time.PassAsync(TimeSpan.FromMinutes(5) - 62 * Second);
        await UntilAsync(() => Reminders(told).Length >= 1);
        Reminders(told).Single().ShouldContain("opens in about a minute");
    }

    [Theory]
    [InlineData("en", "Your browser blocks notifications")]
    [InlineData("zh-CN", "浏览器已禁止本站发送通知")]
    public async Task A_browser_that_blocks_notifications_is_said_to_do_so(string language, string said)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language);
        await HearAsync(visitor, Notifications);
        await visitor.Page.AddInitScriptAsync("window.testAnswer = 'denied';");
        await visitor.OpenAsync(batch);
        await visitor.Part("remind").ClickAsync();
        await Expect(visitor.Part("remind-note")).ToContainTextAsync(said);
        await Expect(visitor.Part("remind")).ToBeHiddenAsync();
        // The visitor allows them after all.
        await visitor.Page.EvaluateAsync("() => localStorage.setItem('test permission', 'granted')");
        await Expect(visitor.Part("remind")).ToHaveAttributeAsync("data-state", "off");
        await Expect(visitor.Part("remind-note")).ToBeHiddenAsync();
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_real_notification_breaks_no_rule_of_the_page()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitWithWholeBrowserAsync(stage.Client.Address, "en");
        await visitor.Page.Context.GrantPermissionsAsync(["notifications"]);
        using var time = await MovableTime.OfAsync(visitor);
        var told = await HearAsync(visitor, """
            window.Notification = class extends Notification {
              constructor(title, options) { super(title, options); this.onerror = () => told('failed'); told(title); }
            };
            """);
        await visitor.OpenAsync(batch);
        await visitor.Part("remind").ClickAsync();
        await Expect(visitor.Part("remind")).ToHaveAttributeAsync("data-state", "on");
        await time.PassAsync(Sale.Later - 55 * Second);
        await UntilAsync(() => !told.IsEmpty);
        told.Single().ShouldContain("opens in about a minute");
        visitor.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "Add to calendar", "zh-CN")]
    [InlineData("zh-CN", "加入日历", "en")]
    public async Task The_calendar_is_offered_to_all_before_reservations_open_and_then_to_the_reserved(
        string language, string said, string other)
    {
        var announced = await stage.Client.CreateAsync(new Sale(2 * Sale.Later) { ReservesIn = Sale.Later });
        await using var visitor = await stage.VisitAsync(language);
        await visitor.OpenAsync(announced);
        await Expect(visitor.Part("calendar")).ToHaveTextAsync(said);
        await IsFileAsync(visitor, announced, language);
        await visitor.Part("language").ClickAsync();
        await IsFileAsync(visitor, announced, other);

        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await visitor.ComeSignedInAsync($"calendar-{language}".ToLowerInvariant());
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("reserve")).ToBeVisibleAsync();
        await Expect(visitor.Part("calendar")).ToBeHiddenAsync();
        await visitor.Part("reserve").ClickAsync();
        await Expect(visitor.Part("calendar")).ToBeVisibleAsync();
        await stage.Client.OperateAsync(batch, "close");
        await Expect(visitor.Part("calendar")).ToBeHiddenAsync();
    }

    private static async Task IsFileAsync(Visitor visitor, string batch, string language)
    {
        var address = $"/api/batches/{batch}/calendar.ics?lang={language}";
        await Expect(visitor.Part("calendar")).ToHaveAttributeAsync("href", address);
        var file = await visitor.Page.Context.APIRequest.GetAsync(address);
        file.Status.ShouldBe(200);
        (await file.TextAsync()).ShouldContain("BEGIN:VEVENT");
    }

    private static async Task<ConcurrentQueue<string>> HearAsync(Visitor visitor, string notifications)
    {
        var told = new ConcurrentQueue<string>();
        await visitor.Page.Context.ExposeFunctionAsync<string>("told", told.Enqueue);
        await visitor.Page.Context.AddInitScriptAsync(notifications);
        return told;
    }

    private static string[] Reminders(ConcurrentQueue<string> told) => [.. told.Where(what => what != "asked")];

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var waited = 0; !holds(); waited += 50)
        {
            waited.ShouldBeLessThan((int)Visitor.PatienceMs);
            await Task.Delay(50, TestContext.Current.CancellationToken); // bounded poll
        }
    }
}
