namespace OrleansSale.Api.Sandbox.Page;

/// <summary>
/// The words of the cashier's page. <c>{0}</c> is the amount, <c>{1}</c> the merchant, <c>{2}</c> the user.
/// </summary>
internal static class CashierTexts
{
    /// <summary>The language for everyone who asks for none of the others.</summary>
    public const string English = "en";

    /// <summary>Simplified Chinese.</summary>
    public const string Chinese = "zh-CN";

    private static readonly Dictionary<string, string> EnglishTexts = new()
    {
        ["title"] = "WeiboPay sandbox cashier",
        ["sandbox"] = "Sandbox",
        ["noRealMoney"] = "A test cashier: no real money moves.",
        ["badge"] = "sandbox",
        ["otherLanguage"] = "中文",
        ["heading"] = "Pay {1}",
        ["missingHeading"] = "No such checkout",
        ["missingBody"] = "This address names no checkout. Go back to the shop and open the payment from your order.",
        ["payWithin"] = "Time left to pay",
        ["paidStamp"] = "Paid",
        ["refundedStamp"] = "Refunded",
        ["expiredStamp"] = "Time is up",
        ["merchant"] = "Merchant",
        ["item"] = "Item",
        ["payer"] = "Payer",
        ["order"] = "Order",
        ["payBy"] = "Pay by",
        ["pay"] = "Pay {0}",
        ["decline"] = "Decline",
        ["goBack"] = "Back to the shop",
        ["boundTo"] = "This checkout is for {2} only. “Decline” simulates a refused payment.",
        ["declinedHeading"] = "Payment declined",
        ["declinedBody"] = "No money moved. You can try again while the time lasts.",
        ["paidHeading"] = "Payment successful",
        ["paidBody"] = "{0} was paid to {1}.",
        ["refundedHeading"] = "Payment refunded",
        ["refundedBody"] = "{1} has paid your money back.",
        ["expiredHeading"] = "The time to pay is over",
        ["expiredBody"] = "Nothing was charged. Go back to the shop to see your order.",
        ["noScript"] = "This page needs JavaScript to pay.",
        ["footer"] = "WeiboPay sandbox: a stand-in for a payment provider, for development and tests.",
        ["paying"] = "Paying …",
        ["noAnswer"] = "No answer. Please try again: you can’t be charged twice.",
        ["lastMinute"] = "Less than a minute left to pay.",
    };

    private static readonly Dictionary<string, string> ChineseTexts = new()
    {
        ["title"] = "WeiboPay 沙箱收银台",
        ["sandbox"] = "沙箱环境",
        ["noRealMoney"] = "仅供测试，不会产生真实扣款。",
        ["badge"] = "沙箱",
        ["otherLanguage"] = "English",
        ["heading"] = "向 {1} 付款",
        ["missingHeading"] = "找不到该笔付款",
        ["missingBody"] = "此链接没有对应的付款。请返回商家，从订单重新进入支付。",
        ["payWithin"] = "剩余支付时间",
        ["paidStamp"] = "已支付",
        ["refundedStamp"] = "已退款",
        ["expiredStamp"] = "已超时",
        ["merchant"] = "商家",
        ["item"] = "商品",
        ["payer"] = "付款人",
        ["order"] = "订单号",
        ["payBy"] = "支付截止",
        ["pay"] = "支付 {0}",
        ["decline"] = "拒绝支付",
        ["goBack"] = "返回商家",
        ["boundTo"] = "仅限 {2} 本人支付。“拒绝支付”用于模拟扣款失败。",
        ["declinedHeading"] = "支付失败",
        ["declinedBody"] = "没有扣款。在截止时间前可以重新支付。",
        ["paidHeading"] = "支付成功",
        ["paidBody"] = "已向 {1} 支付 {0}。",
        ["refundedHeading"] = "已退款",
        ["refundedBody"] = "{1} 已将款项退还给您。",
        ["expiredHeading"] = "支付时间已过",
        ["expiredBody"] = "没有扣款。请返回商家查看订单。",
        ["noScript"] = "支付需要启用 JavaScript。",
        ["footer"] = "WeiboPay 沙箱：用于开发和测试的模拟支付平台。",
        ["paying"] = "正在支付…",
        ["noAnswer"] = "没有收到结果。请重试：不会重复扣款。",
        ["lastMinute"] = "支付时间不足一分钟。",
    };

    /// <summary>The texts by name in <paramref name="language"/>, which is one of the two.</summary>
    public static IReadOnlyDictionary<string, string> In(string language) =>
        language == Chinese ? ChineseTexts : EnglishTexts;

    /// <summary>
    /// The language that a tag such as <c>zh-Hans</c> or <c>en-GB</c> asks for, or null if it is none of the two.
    /// </summary>
    public static string? Match(string? tag) =>
        tag is null ? null
        : tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
        : null;
}
