using System.Globalization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Pages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Pages;

/// <summary>What the server itself says on the pages. The pages' scripts have all other words.</summary>
/// <param name="language">The page's language.</param>
internal sealed class PageWords(string language)
{
    // China has no summer time.
    private static readonly TimeSpan BeijingTime = TimeSpan.FromHours(8);

    private bool IsChinese => language == PageLanguage.Chinese;

    public string Sales => T("Sales", "限量抢购");

    public string Lead => T(
        "Limited batches that go on sale at a set time, for buyers who have reserved. "
            + "Everyone sees the same server clock.",
        "限量批次，准点开抢，仅限已预约用户购买。所有人以同一服务器时间为准。");

    public string AllSales => T("All sales", "全部抢购");

    public string TryAgain => T("Try again", "重新加载");

    public (string Title, string Body) Missing => IsChinese
        ? ("没有找到这个活动", "请检查链接是否正确，活动也可能尚未公布。")
        : ("There is no such sale", "Check the address. The sale may not have been announced yet.");

    public (string Title, string Body) Busy => IsChinese
        ? ("系统繁忙", "请稍等几秒后重新加载。")
        : ("Very busy right now", "Wait a few seconds and load the page again.");

    /// <summary>When a sale opens: on a clock of the readers' language, because nobody knows where they are.</summary>
    public string Opens(DateTimeOffset at)
    {
        if (!IsChinese)
            return $"Sale opens {at.UtcDateTime.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC";
        var there = at.ToOffset(BeijingTime);
        var day = "日一二三四五六"[(int)there.DayOfWeek];
        var date = string.Create(
            CultureInfo.InvariantCulture, $"{there.Year}年{there.Month}月{there.Day}日（周{day}）");
        return $"北京时间 {date}{there.ToString("HH:mm", CultureInfo.InvariantCulture)} 开售";
    }

    /// <summary>A text in the page's language, else in the other one; null: there is none.</summary>
    public ShownText? Shown(LanguageText? text) => text switch
    {
        null => null,
        { Chinese: { } chinese } when IsChinese || text.English is null => new(chinese, PageLanguage.Chinese),
        _ => new(text.English!, PageLanguage.English),
    };

    /// <summary>An amount as people write it, the minor units only where there are some.</summary>
    public string Price(Money price)
    {
        var (english, chinese) = Currency.Format(price.Amount, price.Currency);
        return T(english, chinese);
    }

    /// <summary>An amount for programs, such as 1999.00.</summary>
    public static string Amount(Money price)
    {
        var (major, digits) = Currency.MajorOf(price.Amount, price.Currency);
        return major.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }

    private string T(string english, string chinese) => IsChinese ? chinese : english;
}
