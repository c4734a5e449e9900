using System.Security.Cryptography;
using System.Text;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Writes a ledger by hand, sound in its chain; what the entries say is the test's affair.</summary>
internal sealed class LedgerScript
{
    /// <summary>One unit's price, as the data of an entry says it.</summary>
    public const string Price = """{"amount":199900,"currency":"CNY"}""";

    /// <summary>The key of the batch.</summary>
    public static readonly BatchSecret Secret = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static readonly DateTime Opens = new(2012, 12, 21, 4, 0, 0, DateTimeKind.Utc);

    private static readonly string Chef = AliasOf("weibo:chef");

    private readonly StringBuilder _export = new();
    private byte[] _hash = new byte[32];
    private DateTime _at = Opens.AddDays(-2);

    /// <summary>
    /// A batch of <paramref name="stock"/> units for <c>weibo</c>, whose sale has opened when the next entry is
    /// written; its opening is entry 2. <paramref name="more"/> are further members of its terms, as JSON.
    /// </summary>
    public LedgerScript(
        int stock = 5, int limit = 1, string channel = "\"weibo\"", bool open = true, string? more = null)
    {
        Write("created", $$$"""
            {"id":"mi2-1","product":{"id":"mi2","name":"Xiaomi Mi2","price":{{{Price}}}},
            "channel":{{{channel}}},"stock":{{{stock}}},
            "perUserLimit":{{{limit}}},"paymentWindowSeconds":900,"schedule":{"reservationOpens":"2012-12-19T04:00:00Z",
            "reservationCloses":"2012-12-21T03:00:00Z","saleOpens":"2012-12-21T04:00:00Z",
            "saleCloses":"2012-12-21T12:00:00Z"},"keepPersonalDataDays":90,{{{(more is null ? "" : more + ",")}}}
            "keyHash":"{{{Secret.Hash}}}"}
            """.ReplaceLineEndings(""));
        if (open) AtOpening().Opened();
    }

    /// <summary>Sequence of the last entry.</summary>
    public long Seq { get; private set; }

    /// <summary>What stands for a user.</summary>
    public static string AliasOf(string user) => Secret.AliasOf(user);

    /// <summary>The data of an operator's command.</summary>
    public static string Command(string reason, string key = "k") =>
        $$"""{"reason":"{{reason}}","by":"{{Chef}}","key":"{{Secret.KeyHashOf(Chef, key)}}"}""";

    /// <summary>Moves the clock to the opening.</summary>
    public LedgerScript AtOpening(double seconds = 0)
    {
        _at = Opens.AddSeconds(seconds);
        return this;
    }

    /// <summary>Moves the clock.</summary>
    public LedgerScript After(double seconds)
    {
        _at = _at.AddSeconds(seconds);
        return this;
    }

    /// <summary>Adds an entry; its order is the one that <paramref name="data"/> names.</summary>
    public LedgerScript Write(string type, string data)
    {
        Seq++;
        var line = $$"""{"seq":{{Seq}},"type":"{{type}}","at":"{{Text(_at)}}","data":{{data}}}""";
        _hash = SHA256.HashData([.. _hash, .. Encoding.UTF8.GetBytes(line)]);
        return Raw($"{line[..^1]},\"hash\":\"{Convert.ToHexStringLower(_hash)}\"}}\n");
    }

    /// <summary>Adds a hold. Its order is <c>mi2-1.{seq}</c>.</summary>
    public LedgerScript Held(
        string user, string units, string? key = null, long reservation = 1, double window = 900, string? order = null)
    {
        var alias = AliasOf(user);
        var keyed = key is null ? "" : $",\"key\":\"{Secret.KeyHashOf(alias, key)}\"";
        var payBy = Text(_at.AddSeconds(window));
        return Write("held", $$"""
            {"order":"{{order ?? $"mi2-1.{Seq + 1}"}}","alias":"{{alias}}","units":[{{units}}],"payBy":"{{payBy}}",
            "reservation":{{reservation}}{{keyed}}}
            """.ReplaceLineEndings(""));
    }

    /// <summary>Adds a place in the line.</summary>
    public LedgerScript Joined(string user, long place, int quantity = 1, string? key = null, long reservation = 1)
    {
        var alias = AliasOf(user);
        var keyed = key is null ? "" : $",\"key\":\"{Secret.KeyHashOf(alias, key)}\"";
        return Write("joined", $$"""
            {"place":{{place}},"alias":"{{alias}}","quantity":{{quantity}},"how":"standby",
            "reservation":{{reservation}}{{keyed}}}
            """.ReplaceLineEndings(""));
    }

    /// <summary>Adds a place that is carried over from another batch.</summary>
    public LedgerScript Carried(
        string user, long place, string origin, long originPlace, int quantity = 1, long reservation = 1) =>
        Write("joined", $$"""
            {"place":{{place}},"alias":"{{AliasOf(user)}}","quantity":{{quantity}},"how":"carried",
            "reservation":{{reservation}},"originBatch":"{{origin}}","originPlace":{{originPlace}}}
            """.ReplaceLineEndings(""));

    /// <summary>Adds the end of the carrying.</summary>
    public LedgerScript AllCarried(int places) => Write("backlog-carried", $$"""{"places":{{places}}}""");

    /// <summary>Adds a hold that is an offer to a place. Its order is <c>mi2-1.{seq}</c>.</summary>
    public LedgerScript Offered(
        string user, long place, string units, double window = 900, long reservation = 1, string? key = null,
        long? from = null)
    {
        var returned = from is null ? "" : $",\"from\":\"mi2-1.{from}\"";
        var keyed = key is null ? "" : $",\"key\":\"{Secret.KeyHashOf(AliasOf(user), key)}\"";
        return Write("held", $$"""
            {"order":"mi2-1.{{Seq + 1}}","alias":"{{AliasOf(user)}}","units":[{{units}}],
            "payBy":"{{Text(_at.AddSeconds(window))}}",
            "reservation":{{reservation}}{{keyed}},"place":{{place}}{{returned}}}
            """.ReplaceLineEndings(""));
    }

    /// <summary>Adds the end of a place; an operator removes it.</summary>
    public LedgerScript Left(long place, string why = "left")
    {
        var operatorAndReason = why == "removed"
            ? $",\"by\":\"{Chef}\",\"reason\":\"mistake\",\"key\":\"{Secret.KeyHashOf(Chef, $"left-{place}")}\"" : "";
        return Write("left", $$"""{"place":{{place}},"why":"{{why}}"{{operatorAndReason}}}""");
    }

    /// <summary>Adds a grant. Its order is <c>mi2-1.{seq}</c>.</summary>
    public LedgerScript Granted(string user, string units, string key = "g", double window = 900) =>
        Write("granted", $$"""
            {"order":"mi2-1.{{Seq + 1}}","alias":"{{AliasOf(user)}}","units":[{{units}}],
            "payBy":"{{Text(_at.AddSeconds(window))}}",{{ByChef("mistake", key)}}}
            """.ReplaceLineEndings(""));

    /// <summary>Adds a revival.</summary>
    public LedgerScript Revived(long order, string units, string key = "r", double window = 900) =>
        Write("revived", $$"""
            {"order":"mi2-1.{{order}}","units":[{{units}}],"payBy":"{{Text(_at.AddSeconds(window))}}",
            {{ByChef("mistake", key)}}}
            """.ReplaceLineEndings(""));

    /// <summary>Adds a shipment.</summary>
    public LedgerScript Shipped(long order, string key = "s", string why = "unstated") =>
        Write("shipped", $$"""{"order":"mi2-1.{{order}}",{{ByChef(why, key)}}}""");

    /// <summary>Adds the refund of a shipped order.</summary>
    public LedgerScript OwedAsShipped(long order, string payment, string key = "f", string amount = Price) =>
        Write("refund-owed", $$"""
            {"order":"mi2-1.{{order}}","provider":"alipay","payment":"{{payment}}","amount":{{amount}},
            "why":"shipped","by":"{{Chef}}","reason":"mistake","key":"{{Secret.KeyHashOf(Chef, key)}}"}
            """.ReplaceLineEndings(""));

    /// <summary>Adds a command that waits for a second operator; <paramref name="what"/> are its members.</summary>
    public LedgerScript Proposed(string what, string key, double seconds = 60) =>
        Write("proposed", $$"""
            {{{what}},"until":"{{Text(_at.AddSeconds(seconds))}}","by":"{{Chef}}",
            "key":"{{Secret.KeyHashOf(Chef, key)}}"}
            """.ReplaceLineEndings(""));

    /// <summary>Adds an approval of a command of that key.</summary>
    public LedgerScript Approved(string key, string by = "weibo:sous-chef") =>
        Write("approved", $$"""{"by":"{{AliasOf(by)}}","key":"{{Secret.KeyHashOf(Chef, key)}}"}""");

    private static string ByChef(string why, string key) =>
        $"\"why\":\"{why}\",\"by\":\"{Chef}\",\"key\":\"{Secret.KeyHashOf(Chef, key)}\"";

    /// <summary>Adds a command about the line.</summary>
    public LedgerScript LineDirected(string type) =>
        Write(type, $$"""{"by":"{{Chef}}","key":"{{Secret.KeyHashOf(Chef, type)}}"}""");

    public LedgerScript Opened() => Write("opened", "{}");

    public LedgerScript Ended(string cause) => Write("ended", $$"""{"cause":"{{cause}}"}""");

    public LedgerScript Anonymised() => Write("anonymised", $$"""{"by":"{{Chef}}"}""");

    public LedgerScript CheckedOut(long order, int number, string checkout) => Write("checkout-opened",
        $$"""{"order":"mi2-1.{{order}}","number":{{number}},"provider":"alipay","checkout":"{{checkout}}"}""");

    public LedgerScript Sold(
        long order, string payment, string amount = Price, string? units = null, long? fee = null)
    {
        var rest = fee is null ? amount : $"{amount},\"fee\":{fee}";
        if (units is not null) rest += $",\"units\":[{units}]";
        return Write("sold",
            $$"""{"order":"mi2-1.{{order}}","provider":"alipay","payment":"{{payment}}","amount":{{rest}}}""");
    }

    public LedgerScript Released(long order, string units, string why = "cancelled", string? by = null)
    {
        var operatorAndReason = by is null ? "" : $",\"by\":\"{AliasOf(by)}\",\"reason\":\"mistake\"";
        return Write("released",
            $$"""{"order":"mi2-1.{{order}}","units":[{{units}}],"why":"{{why}}"{{operatorAndReason}}}""");
    }

    /// <summary>Adds that a buyer offers a paid order's units back.</summary>
    public LedgerScript GivenBack(long order) => Write("return-offered", $$"""{"order":"mi2-1.{{order}}"}""");

    /// <summary>Adds that a buyer keeps what they had offered back.</summary>
    public LedgerScript Kept(long order) => Write("return-cancelled", $$"""{"order":"mi2-1.{{order}}"}""");

    /// <summary>Adds a shipment.</summary>
    public LedgerScript Shipped(long order) => Write("shipped", $$"""
        {"order":"mi2-1.{{order}}","why":"other","by":"{{Chef}}","key":"{{Secret.KeyHashOf(Chef, $"ship-{order}")}}"}
        """);

    public LedgerScript Owed(
        long order, string payment, string amount = Price, string provider = "alipay", string why = "cancelled",
        long? fee = null) =>
        Write("refund-owed", $$"""
            {"order":"mi2-1.{{order}}","provider":"{{provider}}","payment":"{{payment}}",
            "amount":{{amount}},{{(fee is null ? "" : $"\"fee\":{fee},")}}"why":"{{why}}"}
            """.ReplaceLineEndings(""));

    public LedgerScript Refunded(
        long order, string payment, string refund, string amount = Price, string provider = "alipay") =>
        Write("refunded", $$"""
            {"order":"mi2-1.{{order}}","provider":"{{provider}}","payment":"{{payment}}",
            "refund":"{{refund}}","amount":{{amount}}}
            """.ReplaceLineEndings(""));

    public LedgerScript Unreserved(string user, long version) =>
        Write("reservation-cancelled", $$"""{"alias":"{{AliasOf(user)}}","reservation":{{version}}}""");

    public LedgerScript Moved(string type, int units, string ranges, string key = "k") =>
        Write(type, $$"""{"units":{{units}},"ranges":{{ranges}},{{Command("because", key)[1..]}}""");

    public LedgerScript Directed(string type) => Write(type, Command("because"));

    public LedgerScript Extended(int seconds, string key = "k") =>
        Write("extended", $$"""{"seconds":{{seconds}},{{Command("because", key)[1..]}}""");

    /// <summary>Adds a new schedule: seconds from the opening; reservations are as they were.</summary>
    public LedgerScript Rescheduled(double opens, double closes, double reservationCloses = -3600, string key = "k") =>
        Write("rescheduled", $$"""
            {"schedule":{"reservationOpens":"2012-12-19T04:00:00.000Z",
            "reservationCloses":"{{Text(Opens.AddSeconds(reservationCloses))}}",
            "saleOpens":"{{Text(Opens.AddSeconds(opens))}}","saleCloses":"{{Text(Opens.AddSeconds(closes))}}"},
            {{Command("because", key)[1..]}}
            """.ReplaceLineEndings(""));

    public LedgerScript Recalled(string orders, string key = "k") =>
        Write("recalled", $$"""{"orders":"{{orders}}",{{Command("because", key)[1..]}}""");

    /// <summary>Adds the cancellation of an order by a recall.</summary>
    public LedgerScript ReleasedByRecall(long order, string units, string by = "weibo:chef") => Write("released", $$"""
        {"order":"mi2-1.{{order}}","units":[{{units}}],"why":"cancelled","by":"{{AliasOf(by)}}","reason":"recalled"}
        """);

    /// <summary>Adds bytes as they are.</summary>
    public LedgerScript Raw(string text)
    {
        _export.Append(text);
        return this;
    }

    /// <summary>The export as it stands.</summary>
    public string Export() => _export.ToString();

    public Task<AuditedSale> AuditAsync() => AuditAsync(Export());

    /// <summary>
    /// Demands that this breaks an invariant at an entry, nothing before it, and neither the chain nor the form.
    /// </summary>
    public async Task ShouldBreakAsync(Invariant invariant, long seq)
    {
        var sale = await AuditAsync();
        sale.Violations.Kept.ShouldContain(violation => violation.Invariant == invariant && violation.Seq == seq);
        sale.Violations.Kept.ShouldNotContain(violation => violation.Seq < seq);
        sale.Violations.Of(Invariant.I4).ShouldBe(0);
        sale.Violations.Of(Invariant.Form).ShouldBe(0);
    }

    public static Task<AuditedSale> AuditAsync(string export) =>
        AuditAsync(new MemoryStream(Encoding.UTF8.GetBytes(export)));

    public static Task<AuditedSale> AuditAsync(Stream export) =>
        LedgerAudit.ReadAsync(export, TestContext.Current.CancellationToken);

    private static string Text(DateTime at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
