using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>What the auditor says of a provider's own books beside the ledger.</summary>
public sealed class Statements
{
    private const string Hundred = """{"amount":100,"currency":"CNY"}""";

    /// <summary>A kept payment, a refunded one, a duplicate, and one of which a part was refunded by hand.</summary>
    private static readonly string[] Books =
    [
        """{"captured":"p-1","order":"mi2-1.3","amount":199900,"currency":"CNY"}""",
        """{"captured":"p-2","order":"mi2-1.4","amount":199900,"currency":"CNY"}""",
        """{"captured":"p-3","order":"mi2-1.3","amount":199900,"currency":"CNY"}""",
        """{"captured":"p-4","order":"mi2-1.5","amount":199900,"currency":"CNY"}""",
        """{"refunded":"r-2","payment":"p-2","amount":199900,"currency":"CNY"}""",
        """{"refunded":"r-3","payment":"p-3","amount":199900,"currency":"CNY"}""",
        """{"refunded":"e-4","payment":"p-4","amount":100,"currency":"CNY"}""",
    ];

    [Fact]
    public async Task Books_that_agree_with_the_ledger_are_sound() => (await CompareAsync(Books)).ShouldBeEmpty();

    [Theory]
    [InlineData("\"captured\":\"p-1\"", "\"captured\":\"p-9\"", "no ledger has it")]
    [InlineData("\"captured\":\"p-1\"", "\"captured\":\"p-9\"", "never captured it")]
    [InlineData("mi2-1.4", "mi2-1.5", "the ledger has mi2-1.4")]
    [InlineData("mi2-1.4\",\"amount\":199900", "mi2-1.4\",\"amount\":199901", "the ledger has 199900 CNY")]
    [InlineData("mi2-1.5\",\"amount\":199900", "mi2-1.5\",\"amount\":199899", "should be 399700")]
    [InlineData("\"payment\":\"p-3\",\"amount\":199900", "\"payment\":\"p-3\",\"amount\":199899", "were paid back")]
    [InlineData("\"payment\":\"p-3\",\"amount\":199900", "\"payment\":\"p-3\",\"amount\":199899", "should be 399700")]
    [InlineData("\"payment\":\"p-3\",\"amount\":199900", "\"payment\":\"p-3\",\"amount\":199901", "more than")]
    [InlineData("\"payment\":\"p-4\",\"amount\":100", "\"payment\":\"p-4\",\"amount\":99", "the ledger has 100")]
    [InlineData("\"r-2\"", "\"r-9\"", "went back as r-2")]
    [InlineData("\"e-4\"", "\"e-9\"", "went back as e-4")]
    public async Task Books_that_say_anything_else_are_found(string text, string instead, string found) =>
        (await CompareAsync([.. Books.Select(line => line.Replace(text, instead, StringComparison.Ordinal))]))
            .ShouldContain(what => what.Contains(found, StringComparison.Ordinal));

    [Fact]
    public async Task Any_movement_that_the_books_lack_is_found()
    {
        foreach (var at in Enumerable.Range(0, Books.Length).Where(at => at is not (1 or 2 or 3)))
            (await CompareAsync([.. Books[..at], .. Books[(at + 1)..]])).ShouldNotBeEmpty(Books[at]);
    }

    [Theory]
    [InlineData("""{"captured":"p-9","order":"mi2-1.3","amount":1,"currency":"CNY"}""")]
    [InlineData("""{"captured":"p-9","order":"mi2-2.3","amount":1,"currency":"USD"}""")]
    [InlineData("""{"refunded":"r-9","payment":"p-1","amount":1,"currency":"CNY"}""")]
    [InlineData("""{"refunded":"r-9","payment":"p-2","amount":1,"currency":"CNY"}""")]
    public async Task Any_movement_that_the_ledger_lacks_is_found(string movement) =>
        (await CompareAsync([.. Books, movement])).ShouldNotBeEmpty();

    [Fact]
    public async Task A_ledger_that_is_tampered_with_is_found()
    {
        foreach (var (text, instead) in ((string, string)[])
            [
                ("\"amount\":199900", "\"amount\":199901"), ("\"amount\":100,", "\"amount\":99,"),
                ("\"payment\":\"p-1\"", "\"payment\":\"p-9\""), ("\"refund\":\"r-3\"", "\"refund\":\"r-9\""),
                ("\"type\":\"refunded\"", "\"type\":\"noted\""), ("\"provider\":\"alipay\"", "\"provider\":\"other\""),
            ])
        {
            var sale = await LedgerScript.AuditAsync(
                Script().Export().Replace(text, instead, StringComparison.Ordinal));
            StatementAudit.Compare(await ReadAsync(Books), sale).Kept.ShouldNotBeEmpty(text);
            sale.Violations.Of(Invariant.I4).ShouldBeGreaterThan(0, "the chain is broken too");
        }
    }

    [Fact]
    public async Task A_payment_that_is_owed_still_is_told()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Owed(3, "p-1", why: "wrong-payer").AuditAsync();
        (await CompareAsync(Books[..1], sale))
            .ShouldContain("I6: 199900 CNY of alipay/p-1 are owed still");
    }

    [Fact]
    public async Task What_an_operator_paid_back_by_other_means_is_not_in_the_provider_s_books()
    {
        (await CompareAsync(Books[..1], await ByHandAsync("cash"))).ShouldBeEmpty();
        (await CompareAsync(Books[..1], await ByHandAsync("provider"))).ShouldNotBeEmpty();
        string[] refunded = [Books[0], """{"refunded":"e-1","payment":"p-1","amount":199900,"currency":"CNY"}"""];
        (await CompareAsync(refunded, await ByHandAsync("provider"))).ShouldBeEmpty();
        (await CompareAsync(refunded, await ByHandAsync("cash"))).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_refund_without_an_id_of_the_provider_s_is_known_by_its_amount()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Owed(3, "p-1", why: "wrong-payer")
            .Refunded(3, "p-1", "refund-of-p-1").AuditAsync();
        (await CompareAsync([.. Books[..1], Books[4].Replace("p-2", "p-1", StringComparison.Ordinal)], sale))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task One_payment_in_the_ledgers_of_two_batches_is_found()
    {
        var sale = await Script().AuditAsync();
        StatementAudit.Compare(await ReadAsync(Books), sale, sale).Kept.Select(one => one.Text)
            .ShouldContain("alipay/p-1 is in two ledgers");
    }

    [Theory]
    [InlineData("captured"), InlineData("[]"), InlineData("{}"), InlineData("""{"captured":"p","order":"o"}""")]
    [InlineData("""{"captured":"p","order":"o","amount":-1,"currency":"CNY"}""")]
    [InlineData("""{"captured":"p","order":"o","amount":1.5,"currency":"CNY"}""")]
    [InlineData("""{"captured":"p-1","order":"mi2-1.3","amount":199900,"currency":"CNY"}""")]
    [InlineData("""{"captured":null,"order":"mi2-1.3","amount":199900,"currency":"CNY"}""")]
    [InlineData("""{"refunded":"r","payment":"p-9","amount":1,"currency":"CNY"}""")]
    [InlineData("""{"refunded":"r-2","payment":"p-2","amount":1,"currency":"CNY"}""")]
    [InlineData("""{"refunded":"r","payment":"p-1","amount":1,"currency":"USD"}""")]
    public async Task A_line_that_is_no_movement_of_money_is_refused_with_its_number(string line) =>
        (await Should.ThrowAsync<InvalidDataException>(() => ReadAsync([.. Books, line])))
            .Message.ShouldStartWith("line 8 of alipay's statement");

    private static LedgerScript Script() => new LedgerScript(limit: 2)
        .Held("weibo:a", "1").Held("weibo:b", "2").Held("weibo:c", "3")
        .Sold(3, "p-1").Sold(4, "p-2").Owed(3, "p-3", why: "duplicate").Sold(5, "p-4")
        .Released(4, "2").Owed(4, "p-2")
        .Refunded(4, "p-2", "r-2").Refunded(3, "p-3", "r-3")
        .Write("refunded-elsewhere", $$"""
            {"order":"mi2-1.5","provider":"alipay","payment":"p-4","amount":{{Hundred}},"code":"refund e-4"}
            """);

    private static Task<AuditedSale> ByHandAsync(string code) => new LedgerScript().Held("weibo:a", "1")
        .Owed(3, "p-1", why: "wrong-payer")
        .Write("refund-stalled", Noted("")).Write("refunded-elsewhere", Noted(
            $"\"by\":\"{LedgerScript.AliasOf("weibo:chef")}\",", code))
        .AuditAsync();

    private static string Noted(string by, string code = "409") => $$"""
        {"order":"mi2-1.3","provider":"alipay","payment":"p-1","amount":{{LedgerScript.Price}},{{by}}"code":"{{code}}"}
        """;

    private static async Task<IReadOnlyList<string>> CompareAsync(string[] books, AuditedSale? sale = null)
    {
        if (sale is null)
        {
            sale = await Script().AuditAsync();
            sale.Violations.Kept.ShouldBeEmpty();
        }

        return [.. StatementAudit.Compare(await ReadAsync(books), sale).Kept.Select(one => one.ToString())];
    }

    private static Task<ProviderStatement> ReadAsync(string[] books) => ProviderStatement.ReadAsync(
        "alipay", new StringReader(string.Join('\n', books)), TestContext.Current.CancellationToken);
}
