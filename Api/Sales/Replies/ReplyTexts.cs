using System.Globalization;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>What a buyer is answered on their platform, in their language.</summary>
/// <param name="language">The tag of the language.</param>
public sealed class ReplyTexts(string language)
{
    private static readonly TimeSpan BeijingOffset = TimeSpan.FromHours(8);

    private bool IsChinese => language == PageLanguage.Chinese;

    /// <summary>The text about an order.</summary>
    public string Of(OrderView order, string product) => order.Status switch
    {
        OrderStatus.AwaitingPayment => T(
            $"You got it: {product} is held for you. Please pay by {Instant(order.PayBy)}.",
            $"恭喜您抢到了{product}！请在{Instant(order.PayBy)}前完成付款，逾期订单将自动取消。"),
        OrderStatus.Paid => T(
            $"Your order for {product} is paid.", $"您的{product}订单已付款。"),
        OrderStatus.Expired => T(
            $"Your order for {product} was not paid in time, and has ended.",
            $"您的{product}订单超时未付款，已关闭。"),
        OrderStatus.Cancelled => T(
            $"Your order for {product} was cancelled.", $"您的{product}订单已取消。"),
        OrderStatus.Refunding => T(
            $"The payment for your order of {product} is being refunded.", $"您的{product}订单正在退款。"),
        OrderStatus.Refunded => T(
            $"The payment for your order of {product} was refunded.", $"您的{product}订单已退款。"),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order.Status, "unknown status"),
    };

    /// <summary>The text about a refusal that a user can understand; null: it says nothing about the sale.</summary>
    public string? Of(Problem problem, DateTimeOffset saleOpens) => problem.Refusal switch
    {
        Refusal.NotEligible => T(
            "This sale is not for users of this platform.",
            "本次抢购不面向本平台用户。"),
        Refusal.SaleNotOpen => T(
            $"The sale has not opened yet. It opens at {Instant(saleOpens)}.",
            $"抢购尚未开始，{Instant(saleOpens)}开抢。"),
        Refusal.SaleClosed => T("The sale is over.", "抢购已结束。"),
        Refusal.Paused => T("The sale is paused. Please try again later.", "抢购已暂停，请稍后再试。"),
        Refusal.SoldOut => T(
            "Every unit is taken right now. Unpaid units come back: the page says whether you can wait for one.",
            "目前已全部抢完。未付款的商品会重新释放，能否候补请查看活动页面。"),
        Refusal.LineFull => T("The waiting line is full right now.", "目前候补人数已满。"),
        Refusal.NotReserved => T(
            "This sale is for users who have reserved, and you have no reservation.",
            "本次抢购仅限预约用户，您尚未预约。"),
        Refusal.LimitReached when problem.Limit == UserLimit.EndedOrders => T(
            "Too many of your orders and places here have ended, so no more can be made.",
            "您在本批次结束的订单和候补已达上限，不能再次抢购。"),
        Refusal.LimitReached when problem.Limit == UserLimit.Places => T(
            "You wait in the line already. The page shows your place.",
            "您已在候补中，请在活动页面查看。"),
        Refusal.LimitReached => T(
            "You already have all that one person can have, in orders or in the waiting line.",
            "您的订单或候补已达到每人限购数量。"),
        _ => null,
    };

    private string T(string english, string chinese) => IsChinese ? chinese : english;

    // Users of a platform live in many zones, so the zone is said.
    private string Instant(DateTimeOffset at) => IsChinese
        ? at.ToOffset(BeijingOffset).ToString("M月d日HH:mm", CultureInfo.InvariantCulture) + "（北京时间）"
        : at.UtcDateTime.ToString("d MMMM HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
