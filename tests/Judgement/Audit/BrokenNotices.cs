using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>What the auditor says of money that moves without the engine.</summary>
public sealed class BrokenNotices
{
    private const string Hundred = """{"amount":100,"currency":"CNY"}""";
    private const string Nothing = """{"amount":0,"currency":"CNY"}""";
    private const string Rest = """{"amount":199800,"currency":"CNY"}""";

    [Fact]
    public async Task Stalls_disputes_and_money_elsewhere_that_add_up_are_sound()
    {
        var sale = await Noted(Noted(Paid(), "disputed", "open d"), "refunded-elsewhere", "refund e", Hundred)
            .Released(3, "1").Owed(3, "p", Rest).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        (await Noted(Noted(Owed(), "refund-stalled", "409 conflict"), "refunded-elsewhere", "cash", by: true)
            .AuditAsync()).Violations.Kept.ShouldBeEmpty();
        // All of it went back while the order was paid: nothing is owed then.
        (await Noted(Paid(), "refunded-elsewhere", "dispute d").Released(3, "1").AuditAsync())
            .Violations.Kept.ShouldBeEmpty();
        var shipped = await Noted(Paid().Shipped(3, "s"), "refunded-elsewhere", "refund e")
            .OwedAsShipped(3, "p", amount: Nothing).AuditAsync();
        shipped.Violations.Kept.ShouldBeEmpty();
        (shipped.Order("mi2-1.3")!.Gone, shipped.Units.Sold).ShouldBe((true, 1));
    }

    [Fact]
    public Task A_debt_of_nothing_is_found_but_of_a_shipped_order() =>
        Noted(Paid(), "refunded-elsewhere", "refund e").Released(3, "1").Owed(3, "p", Nothing)
            .ShouldBreakAsync(Invariant.I6, 7);

    [Fact]
    public async Task A_fee_is_read_from_the_first_record_of_a_payment()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Sold(3, "p", fee: 1_199)
            .Owed(3, "p-2", why: "duplicate", fee: 199_900).Owed(3, "p-3", why: "duplicate").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Payments.Values.Select(payment => payment.Fee).ShouldBe([1_199, 199_900, null]);
    }

    [Theory]
    [InlineData(-1), InlineData(199_901)]
    public async Task A_fee_that_cannot_be_is_found(long fee)
    {
        await new LedgerScript().Held("weibo:a", "1").Sold(3, "p", fee: fee).ShouldBreakAsync(Invariant.I6, 4);
        await new LedgerScript().Held("weibo:a", "1").Owed(3, "p", fee: fee).ShouldBreakAsync(Invariant.I6, 4);
    }

    [Fact]
    public Task A_second_fee_of_a_payment_is_found() =>
        new LedgerScript().Held("weibo:a", "1").Sold(3, "p", fee: 7).Released(3, "1").Owed(3, "p", fee: 7)
            .ShouldBreakAsync(Invariant.I6, 6);

    [Theory]
    [InlineData("refund-stalled", "409 conflict"), InlineData("refunded-elsewhere", "cash")]
    public Task A_notice_about_a_debt_that_there_is_not_is_found(string type, string code) =>
        Noted(Paid(), type, code, by: code == "cash").ShouldBreakAsync(Invariant.I6, 5);

    [Fact]
    public Task A_reason_that_is_recorded_twice_is_found() =>
        Noted(Noted(Owed(), "refund-stalled", "409"), "refund-stalled", "409").ShouldBreakAsync(Invariant.I6, 7);

    [Fact]
    public Task A_stall_of_another_amount_is_found() =>
        Noted(Owed(), "refund-stalled", "409", Hundred).ShouldBreakAsync(Invariant.I6, 6);

    [Fact]
    public Task More_money_elsewhere_than_was_captured_is_found() =>
        Noted(Noted(Paid(), "refunded-elsewhere", "refund e", Hundred), "refunded-elsewhere", "refund e-2")
            .ShouldBreakAsync(Invariant.I6, 6);

    [Fact]
    public Task A_refund_that_is_counted_twice_is_found() =>
        Noted(Noted(Paid(), "refunded-elsewhere", "refund e", Hundred), "refunded-elsewhere", "refund e", Hundred)
            .ShouldBreakAsync(Invariant.I6, 6);

    [Fact]
    public Task A_debt_of_what_went_back_elsewhere_is_found() =>
        Noted(Paid(), "refunded-elsewhere", "refund e", Hundred).Released(3, "1").Owed(3, "p")
            .ShouldBreakAsync(Invariant.I6, 7);

    [Fact]
    public Task A_refund_by_hand_of_what_is_not_stalled_is_found() =>
        Noted(Owed(), "refunded-elsewhere", "cash", by: true).ShouldBreakAsync(Invariant.I6, 6);

    [Theory]
    [InlineData("won"), InlineData("lost"), InlineData("open")]
    public Task A_dispute_that_goes_on_after_its_end_is_found(string state) =>
        Noted(Noted(Paid(), "disputed", "won d"), "disputed", $"{state} d").ShouldBreakAsync(Invariant.I6, 6);

    [Theory]
    [InlineData("disputed", "fraudulent"), InlineData("disputed", "open "), InlineData("refunded-elsewhere", "by-hand")]
    [InlineData("refunded-elsewhere", "refund ")]
    public async Task A_code_that_nobody_agreed_on_is_found(string type, string code)
    {
        var sale = await Noted(Paid(), type, code).AuditAsync();
        var violation = sale.Violations.Kept.ShouldHaveSingleItem();
        (violation.Invariant, violation.Seq).ShouldBe((Invariant.Form, 5L));
    }

    private static LedgerScript Paid() => new LedgerScript().Held("weibo:a", "1").Sold(3, "p");

    private static LedgerScript Owed() => new LedgerScript().Held("weibo:a", "1").Released(3, "1").Owed(3, "p");

    private static LedgerScript Noted(
        LedgerScript script, string type, string code, string amount = LedgerScript.Price, bool by = false)
    {
        var operates = by ? $"\"by\":\"{LedgerScript.AliasOf("weibo:chef")}\"," : "";
        return script.Write(type, $$"""
            {"order":"mi2-1.3","provider":"alipay","payment":"p","amount":{{amount}},{{operates}}"code":"{{code}}"}
            """);
    }
}
