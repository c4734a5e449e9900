using System.Globalization;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Silo.Posts;

/// <summary>What messages to users say, in both languages.</summary>
public static class MessageTexts
{
    private static readonly TimeSpan BeijingOffset = TimeSpan.FromHours(8);

    /// <summary>The text of a message.</summary>
    public static LanguageText Of(MessageContent content)
    {
        if (content.PayBy is { } payBy) return ToPay(content, payBy);
        if (content.Kept is { } kept) return OfNextBatch(content.Product, kept);
        var (english, chinese) = content.Amount is { } money ? Currency.Format(money.Amount, money.Currency)
            : throw new ArgumentException($"a message of kind {content.Kind} has no amount", nameof(content));
        return content.Kind switch
        {
            MessageKind.Refund => OfRefund(content, english, chinese),
            MessageKind.Refunded => new LanguageText(
                $"{english} for your order {content.Order} ({content.Product}) was refunded to where it was paid from. "
                    + "It may take a few days to show there.",
                $"退款成功：您的订单{content.Order}（{content.Product}）的{chinese}已原路退回，到账时间以支付渠道为准。"),
            _ => throw new ArgumentOutOfRangeException(nameof(content), content.Kind, "unknown kind"),
        };
    }

    private static LanguageText OfNextBatch(string product, KeptPlace kept)
    {
        var (english, chinese) = TextOf(kept.SaleOpens);
        return new LanguageText(
            $"{product}: your place in the line counts for the next batch. It opens on {english}. "
                + "You need not join again.",
            $"您候补的{product}将开启新一批销售，{chinese}开售。您的候补顺位继续有效，无需重新排队。");
    }

    // The language is the platform's, so the zone is said.
    private static (string English, string Chinese) TextOf(DateTimeOffset instant) => (
        string.Create(CultureInfo.InvariantCulture, $"{instant.UtcDateTime:d MMMM HH:mm} UTC"),
        string.Create(CultureInfo.InvariantCulture, $"{instant.ToOffset(BeijingOffset):M月d日HH:mm}（北京时间）"));

    private static LanguageText ToPay(MessageContent content, DateTimeOffset payBy)
    {
        var (order, product) = (content.Order, content.Product);
        var (english, chinese) = TextOf(payBy);
        return content.Kind switch
        {
            MessageKind.Offer => new LanguageText(
                $"Your turn in the line has come: {product} is held for you (order {order}). Please pay by {english}. "
                    + "Then it goes to the next in line.",
                $"候补成功：已为您保留{product}（订单{order}），请在{chinese}前完成付款，逾期将转给下一位候补用户。"),
            MessageKind.Grant => new LanguageText(
                $"The seller holds {product} for you (order {order}). Please pay by {english}. "
                    + "Then it goes to others.",
                $"商家已为您保留{product}（订单{order}），请在{chinese}前完成付款，逾期订单将自动关闭。"),
            MessageKind.Revival => new LanguageText(
                $"The seller has opened your order {order} ({product}) again. Please pay by {english}. "
                    + "Then it goes to others.",
                $"商家已恢复您的订单{order}（{product}），请在{chinese}前完成付款，逾期订单将自动关闭。"),
            _ => throw new ArgumentOutOfRangeException(nameof(content), content.Kind, "has no deadline"),
        };
    }

    private static LanguageText OfRefund(MessageContent content, string english, string chinese)
    {
        var (order, product) = (content.Order, content.Product);
        return content.Why switch
        {
            RefundCause.Expired => new LanguageText(
                $"Your payment for order {order} ({product}) came after its time to pay had ended. "
                    + $"{english} is being refunded to where it was paid from.",
                $"您的订单{order}（{product}）付款超时，订单已关闭。您支付的{chinese}将原路退回。"),
            RefundCause.Cancelled => new LanguageText(
                $"Your order {order} ({product}) was cancelled. {english} is being refunded to where it was paid from.",
                $"您的订单{order}（{product}）已取消。您支付的{chinese}将原路退回。"),
            RefundCause.Duplicate => new LanguageText(
                $"Your order {order} ({product}) was paid twice, and stays paid. The second payment of {english} is "
                    + "being refunded to where it was paid from.",
                $"您的订单{order}（{product}）重复付款，订单不受影响。多付的{chinese}将原路退回。"),
            RefundCause.WrongAmount => new LanguageText(
                $"A payment of {english} for order {order} ({product}) was not the amount due, and does not count. It "
                    + "is being refunded to where it was paid from. If the order still awaits payment, you can pay "
                    + "again.",
                $"您的订单{order}（{product}）付款金额有误，本次付款无效。您支付的{chinese}将原路退回；如订单仍待付款，可重新付款。"),
            RefundCause.WrongPayer => new LanguageText(
                $"A payment of {english} for your order {order} ({product}) came from another account, and does not "
                    + "count. It is being refunded there. If the order still awaits payment, please pay with your own.",
                $"您的订单{order}（{product}）由其他账号付款，本次付款无效。{chinese}将原路退回付款账号；如订单仍待付款，请用本账号付款。"),
            RefundCause.Returned => new LanguageText(
                $"What you gave back of order {order} ({product}) has a new buyer. {english} is being refunded to "
                    + "where it was paid from.",
                $"您退回的商品（订单{order}，{product}）已有新买家。您支付的{chinese}将原路退回。"),
            RefundCause.Shipped => new LanguageText(
                $"The seller refunds your order {order} ({product}). {english} is being refunded to where it was paid "
                    + "from.",
                $"商家已为您的订单{order}（{product}）办理退款。您支付的{chinese}将原路退回。"),
            var why => throw new ArgumentOutOfRangeException(nameof(content), why, "unknown cause"),
        };
    }
}
