using System.Text.RegularExpressions;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>While servers are updated, an older one may answer a newer page, and leave out what that tells.</summary>
public sealed partial class OlderAnswerTests(SaleStage stage)
{
    [Theory]
    [InlineData("en", "has been offered it and can still pay.", "You keep your order unless")]
    [InlineData("zh-CN", "已分配给一位候补买家，对方付款后", "已停止转让，不再顺延给下一位。")]
    public async Task What_is_returned_is_told_of_without_the_time_to_pay_it(
        string language, string offered, string ending)
    {
        var user = $"returns-{language}".ToLowerInvariant();
        var sale = new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };
        var batch = await stage.Client.CreateAsync(sale, user, $"{user}-next");
        await stage.Client.UntilOpenAsync(batch);
        var order = await stage.Client.BuyAsync(batch, user);
        await stage.Client.PayAsync(order, user);
        await stage.Client.UntilOrderIsAsync(batch, user, "paid");
        await stage.Client.ReturnAsync(order, user);
        await stage.Client.StandByAsync(batch, $"{user}-next");
        await using var buyer = await stage.VisitAsync(language);
        await LeaveOutAsync(buyer, ReturnPayBy());
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("order-note")).ToContainTextAsync(offered);
        await buyer.Part("return-order").ClickAsync();
        await Expect(buyer.Part("order-note")).ToContainTextAsync(ending);
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "Paused by the seller")]
    [InlineData("zh-CN", "商家已暂停抢购")]
    public async Task A_pause_is_told_without_its_beginning(string language, string paused)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await stage.Client.OperateAsync(batch, "pause");
        await using var visitor = await stage.VisitAsync(language);
        await LeaveOutAsync(visitor, PausedAt());
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("until")).ToHaveTextAsync(paused);
        visitor.Errors.ShouldBeEmpty();
    }

    // Live streams would tell it, so there are none.
    private static async Task LeaveOutAsync(Visitor visitor, Regex member)
    {
        await visitor.Page.RouteAsync("**/api/**", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = member.Replace(await answer.TextAsync(), "") });
        });
        await visitor.Page.RouteAsync(Streams(), route => route.AbortAsync());
    }

    [GeneratedRegex("""/live(\?.*)?$""")]
    private static partial Regex Streams();

    [GeneratedRegex(@",""returnPayBy"":""[^""]+""")]
    private static partial Regex ReturnPayBy();

    [GeneratedRegex(@",""pausedAt"":""[^""]+""")]
    private static partial Regex PausedAt();
}
