using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Platforms.Stripe;

/// <summary>The sessions, payments and refunds of the double, and the rules for them that Stripe documents.</summary>
public sealed partial class StripeBooks
{
    // The amounts are in the currency's minor units; other currencies have a minimum that is converted.
    private static readonly Dictionary<string, long> Minimum = new(StringComparer.Ordinal)
    {
        ["usd"] = 50,
        ["eur"] = 50,
        ["gbp"] = 30,
        ["jpy"] = 50,
        ["cny"] = 400,
        ["hkd"] = 400,
    };

    private static readonly string[] Methods = ["card", "alipay", "wechat_pay", "sepa_debit", "us_bank_account"];

    private readonly Func<DateTimeOffset> _now;
    private readonly Func<string, Uri> _pageOf;
    private readonly Lock _lock = new();
    private readonly List<JsonObject> _sessions = [];
    private readonly List<JsonObject> _refunds = [];
    private readonly Dictionary<string, long> _payments = [];
    private readonly Dictionary<string, Dictionary<string, string>> _asked = [];
    private int _count;

    internal StripeBooks(Func<DateTimeOffset> now, Func<string, Uri> pageOf) => (_now, _pageOf) = (now, pageOf);

    /// <summary>The status of the next refunds, and why.</summary>
    public (string Status, string? Reason) NextRefund { get; set; } = ("succeeded", null);

    /// <summary>All sessions, as they are now.</summary>
    public JsonObject[] Sessions
    {
        get { lock (_lock) return [.. _sessions.Select(session => session.DeepClone().AsObject())]; }
    }

    /// <summary>All refunds, as they are now.</summary>
    public JsonObject[] Refunds
    {
        get { lock (_lock) return [.. _refunds.Select(refund => refund.DeepClone().AsObject())]; }
    }

    /// <summary>The session of an order.</summary>
    public JsonObject SessionOf(string order) =>
        Sessions.Single(session => (string?)session["client_reference_id"] == order);

    /// <summary>The parameters that the session of an order was asked for with.</summary>
    public IReadOnlyDictionary<string, string> AskedFor(string order)
    {
        lock (_lock) return _asked[order];
    }

    /// <summary>The buyer pays at the session's page; refused like there if it has ended.</summary>
    /// <param name="order">Whose.</param>
    /// <param name="isPaid">Whether the money moves at once; else it takes days.</param>
    /// <param name="amount">Another amount than the session's.</param>
    /// <param name="payment">The id of the payment; null: one of its own.</param>
    public JsonObject Pay(string order, bool isPaid = true, long? amount = null, string? payment = null)
    {
        lock (_lock)
        {
            var session = _sessions.Single(one => (string?)one["client_reference_id"] == order);
            if ((string?)session["status"] != "open") throw new InvalidOperationException("The session has ended.");
            payment ??= $"pi_{++_count}";
            session["status"] = "complete";
            session["payment_status"] = isPaid ? "paid" : "unpaid";
            session["payment_intent"] = payment;
            session["amount_total"] = amount ?? (long)session["amount_total"]!;
            if (isPaid) _payments[payment] = (long)session["amount_total"]!;
            return session.DeepClone().AsObject();
        }
    }

    /// <summary>What was paid in a way that takes days has arrived.</summary>
    public JsonObject Arrive(string order)
    {
        lock (_lock)
        {
            var session = _sessions.Single(one => (string?)one["client_reference_id"] == order);
            session["payment_status"] = "paid";
            _payments[(string)session["payment_intent"]!] = (long)session["amount_total"]!;
            return session.DeepClone().AsObject();
        }
    }

    /// <summary>Somebody pays back in the dashboard.</summary>
    public void RefundByHand(string payment, long amount)
    {
        lock (_lock) AddRefund(payment, amount, [], ("succeeded", null));
    }

    /// <summary>A refund goes on.</summary>
    public void Move(string refund, string status, string? reason = null)
    {
        lock (_lock) SetStatus(_refunds.Single(one => (string?)one["id"] == refund), (status, reason));
    }

    internal StripeAnswer CreateSession(Dictionary<string, string> asked)
    {
        if (FaultOf(asked) is { } fault) return fault;
        lock (_lock)
        {
            var id = $"cs_test_{++_count}";
            var expiry = asked.TryGetValue("expires_at", out var text) ? long.Parse(text, null) : Seconds(24 * 60);
            var session = new JsonObject
            {
                ["id"] = id,
                ["object"] = "checkout.session",
                ["status"] = "open",
                ["payment_status"] = "unpaid",
                ["payment_intent"] = null,
                ["url"] = _pageOf(id).AbsoluteUri,
                ["amount_total"] = long.Parse(asked["line_items[0][price_data][unit_amount]"], null)
                    * long.Parse(asked["line_items[0][quantity]"], null),
                ["currency"] = asked["line_items[0][price_data][currency]"],
                ["client_reference_id"] = asked.GetValueOrDefault("client_reference_id"),
                ["expires_at"] = expiry,
                ["created"] = Seconds(0),
                ["metadata"] = MetadataOf(asked, "metadata"),
                ["success_url"] = asked["success_url"],
                ["cancel_url"] = asked.GetValueOrDefault("cancel_url"),
                ["livemode"] = false,
            };
            _sessions.Add(session);
            _asked[asked.GetValueOrDefault("client_reference_id", "")] = asked;
            return StripeAnswer.Of(session);
        }
    }

    internal StripeAnswer FindSession(string id, Dictionary<string, string> asked)
    {
        var unknown = asked.FirstOrDefault(one => one is not { Key: "expand[0]", Value: "payment_intent" });
        if (unknown.Key is not null) return StripeAnswer.Invalid(400, "parameter_unknown", unknown.Key);
        lock (_lock)
        {
            if (_sessions.Find(one => (string?)one["id"] == id) is not { } session)
                return StripeAnswer.Invalid(404, "resource_missing");
            var answer = StripeAnswer.Of(Aged(session));
            if (asked.Count > 0 && session["payment_intent"] is not null)
                answer.Body["payment_intent"] = PaymentOf(session);
            return answer;
        }
    }

    internal StripeAnswer ExpireSession(string id)
    {
        lock (_lock)
        {
            if (_sessions.Find(one => (string?)one["id"] == id) is not { } session)
                return StripeAnswer.Invalid(404, "resource_missing");
            // Only an open one can be.
            if ((string?)Aged(session)["status"] != "open") return StripeAnswer.Invalid(400, "session_not_open");
            session["status"] = "expired";
            session["url"] = null;
            return StripeAnswer.Of(session);
        }
    }

    internal StripeAnswer CreateRefund(Dictionary<string, string> asked)
    {
        var unknown = asked.Keys.FirstOrDefault(
            name => name is not ("payment_intent" or "amount" or "reason") && !Metadata().IsMatch(name));
        if (unknown is not null) return StripeAnswer.Invalid(400, "parameter_unknown", unknown);
        lock (_lock)
        {
            if (!_payments.TryGetValue(asked.GetValueOrDefault("payment_intent") ?? "", out var captured))
                return StripeAnswer.Invalid(404, "resource_missing", "payment_intent");
            var payment = asked["payment_intent"];
            var left = captured - _refunds.Where(one => (string?)one["payment_intent"] == payment
                && (string?)one["status"] is not ("failed" or "canceled")).Sum(one => (long)one["amount"]!);
            if (left == 0) return StripeAnswer.Invalid(400, "charge_already_refunded");
            var amount = asked.TryGetValue("amount", out var text) ? long.Parse(text, null) : left;
            return amount is <= 0 || amount > left ? StripeAnswer.Invalid(400, "amount_too_large", "amount")
                : StripeAnswer.Of(AddRefund(payment, amount, MetadataOf(asked, "metadata"), NextRefund));
        }
    }

    internal StripeAnswer ListRefunds(Dictionary<string, string> asked)
    {
        lock (_lock)
        {
            var limit = asked.TryGetValue("limit", out var text) ? int.Parse(text, null) : 10;
            if (limit is < 1 or > 100) return StripeAnswer.Invalid(400, "parameter_invalid_integer", "limit");
            var found = _refunds.Where(one => (string?)one["payment_intent"] == asked["payment_intent"])
                .Select(one => one.DeepClone()).Reverse().ToList();
            return StripeAnswer.Of(new JsonObject
            {
                ["object"] = "list",
                ["url"] = "/v1/refunds",
                ["has_more"] = found.Count > limit,
                ["data"] = new JsonArray([.. found.Take(limit)]),
            });
        }
    }

    private JsonObject AddRefund(
        string payment, long amount, JsonObject metadata, (string Status, string? Reason) state)
    {
        var refund = new JsonObject
        {
            ["id"] = $"re_{++_count}",
            ["object"] = "refund",
            ["amount"] = amount,
            ["currency"] = "cny",
            ["payment_intent"] = payment,
            ["created"] = Seconds(0),
            ["metadata"] = metadata,
        };
        SetStatus(refund, state);
        _refunds.Add(refund);
        return refund;
    }

    private static void SetStatus(JsonObject refund, (string Status, string? Reason) state)
    {
        refund["status"] = state.Status;
        refund["pending_reason"] = state.Status == "pending" ? state.Reason : null;
        refund["failure_reason"] = state.Status == "failed" ? state.Reason : null;
    }

    private JsonObject Aged(JsonObject session)
    {
        if ((string?)session["status"] == "open" && (long)session["expires_at"]! <= Seconds(0))
            session["status"] = "expired";
        return session;
    }

    private StripeAnswer? FaultOf(Dictionary<string, string> asked)
    {
        var unknown = asked.Keys.FirstOrDefault(name => !SessionParameter().IsMatch(name));
        if (unknown is not null) return StripeAnswer.Invalid(400, "parameter_unknown", unknown);
        string[] required =
        [
            "mode", "success_url", "line_items[0][quantity]", "line_items[0][price_data][currency]",
            "line_items[0][price_data][unit_amount]", "line_items[0][price_data][product_data][name]",
        ];
        if (Array.Find(required, name => !asked.TryGetValue(name, out var value) || value.Length == 0) is { } missing)
            return StripeAnswer.Invalid(400, "parameter_missing", missing);
        if (asked["mode"] != "payment") return StripeAnswer.Invalid(400, "parameter_invalid", "mode");
        if (!Uri.TryCreate(asked["success_url"], UriKind.Absolute, out _))
            return StripeAnswer.Invalid(400, "url_invalid", "success_url");
        if (asked.GetValueOrDefault("client_reference_id")?.Length > 200)
            return StripeAnswer.Invalid(400, "parameter_invalid", "client_reference_id");
        if (asked.Any(one => one.Key.Contains("metadata[", StringComparison.Ordinal) && one.Value.Length > 500))
            return StripeAnswer.Invalid(400, "parameter_invalid", "metadata");
        if (asked.Any(one => one.Key.StartsWith("allowed_", StringComparison.Ordinal) && !Methods.Contains(one.Value)))
            return StripeAnswer.Invalid(400, "parameter_invalid", "allowed_payment_method_types");
        if (!long.TryParse(asked["line_items[0][price_data][unit_amount]"], out var amount) || amount < 0)
            return StripeAnswer.Invalid(400, "parameter_invalid_integer", "unit_amount");
        var currency = asked["line_items[0][price_data][currency]"];
        if (currency.Any(char.IsUpper)) return StripeAnswer.Invalid(400, "currency_invalid", "currency");
        if (currency is "bhd" or "jod" or "kwd" or "omr" or "tnd" && amount % 10 != 0)
            return StripeAnswer.Invalid(400, "amount_invalid", "unit_amount");
        if (amount < Minimum.GetValueOrDefault(currency, 50)) return StripeAnswer.Invalid(400, "amount_too_small");
        return asked.TryGetValue("expires_at", out var text)
            && !(long.TryParse(text, out var expiry) && expiry >= Seconds(30) && expiry <= Seconds(24 * 60))
            ? StripeAnswer.Invalid(400, "parameter_invalid", "expires_at")
            : null;
    }

    private long Seconds(int minutes) => _now().AddMinutes(minutes).ToUnixTimeSeconds();

    private static JsonObject MetadataOf(Dictionary<string, string> asked, string name) => new(
        asked.Where(one => one.Key.StartsWith(name + "[", StringComparison.Ordinal)).Select(
            one => KeyValuePair.Create(one.Key[(name.Length + 1)..^1], (JsonNode?)JsonValue.Create(one.Value))));

    [GeneratedRegex(@"^(mode|success_url|cancel_url|client_reference_id|expires_at|adaptive_pricing\[enabled\]"
        + @"|allowed_payment_method_types\[\d+\]|line_items\[0\]\[quantity\]"
        + @"|line_items\[0\]\[price_data\]\[(currency|unit_amount|product_data\]\[name)\]"
        + @"|(payment_intent_data\[metadata\]|metadata)\[.{1,40}\])$")]
    private static partial Regex SessionParameter();

    [GeneratedRegex(@"^metadata\[.{1,40}\]$")]
    private static partial Regex Metadata();
}
