using System.Globalization;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Platforms.Protocol;

/// <summary>
/// The books of a payment provider that speaks the protocol, kept in two files: what money moved, a line for each
/// movement, and everything else. Both are all that a provider has when it starts again. Safe for use by many threads.
/// Once the provider has died, what would write throws an <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed partial class ProtocolBooks
{
    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly Dictionary<string, Checkout> _checkouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payment> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Refund, string Asked)> _refundKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProtocolMessage> _undelivered = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Opens the books of a folder as they were left; they are empty in an empty one.</summary>
    public ProtocolBooks(string folder)
    {
        _folder = folder;
        foreach (var line in ReadLines(DeskFile).Concat(ReadLines(MoneyFile))) Apply(line);
    }

    /// <summary>The file with the money, as the auditor reads it.</summary>
    public string MoneyFile => Path.Combine(_folder, "money.ndjson");

    /// <summary>How many payments were captured.</summary>
    public int Captured
    {
        get { lock (_lock) return _payments.Count; }
    }

    /// <summary>What was sent and not acknowledged yet, or not sent yet; the oldest first.</summary>
    public ProtocolMessage[] Undelivered
    {
        get { lock (_lock) return [.. _undelivered.Values]; }
    }

    private string DeskFile => Path.Combine(_folder, "desk.ndjson");

    /// <summary>A buyer begins to pay, in a way that is confirmed or given up later.</summary>
    public void Begin(string order)
    {
        lock (_lock) Write(DeskFile, new JsonObject { ["begun"] = CheckoutOf(order).Id });
    }

    /// <summary>Somebody pays for an order, and a message tells of it.</summary>
    /// <param name="order">The order. Whoever pays it twice makes two payments.</param>
    /// <param name="user">Who pays; null: the order's user.</param>
    /// <param name="more">By how much it differs from what was asked for, in minor units.</param>
    /// <param name="currency">In which currency; null: the one that was asked for.</param>
    /// <returns>The message.</returns>
    public ProtocolMessage Pay(string order, string? user = null, long more = 0, string? currency = null)
    {
        lock (_lock)
        {
            var checkout = CheckoutOf(order);
            var payment = $"pay_{_payments.Count + 1}";
            var amount = checkout.Amount + more;
            user ??= checkout.User;
            Write(DeskFile, new JsonObject { ["paid"] = payment, ["checkout"] = checkout.Id, ["user"] = user });
            Write(MoneyFile, Movement("captured", payment, "order", order, amount, currency ?? checkout.Currency));
            return Tell("payment.captured", _payments[payment], data =>
            {
                data["checkout"] = checkout.Id;
                data["user"] = user;
            });
        }
    }

    /// <summary>Somebody at the merchant pays back in the provider's dashboard, and a message tells of it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="amount">How much; null: all that is left.</param>
    /// <returns>The message; null: so much is not left.</returns>
    public ProtocolMessage? RefundByHand(string payment, long? amount = null)
    {
        lock (_lock)
        {
            var paid = _payments[payment];
            var back = amount ?? paid.Left;
            if (back == 0 || back > paid.Left) return null;
            var refund = AddRefund(payment, back);
            return Tell("payment.refunded", paid, data =>
            {
                data["refund"] = refund;
                data["amount"]!["amount"] = back;
            });
        }
    }

    /// <summary>The payer disputes a payment, and the dispute ends at once; messages tell of both.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="isLost">Whether the money goes back to the payer.</param>
    /// <returns>The messages; none: a part of the money is gone, so the bank does not open it.</returns>
    public ProtocolMessage[] Dispute(string payment, bool isLost)
    {
        lock (_lock)
        {
            var paid = _payments[payment];
            if (paid.Left < paid.Amount) return [];
            var dispute = isLost ? AddRefund(payment, paid.Amount) : $"won_{payment}";
            return [.. ((string[])["open", isLost ? "lost" : "won"]).Select(state => Tell(
                "payment.disputed", paid, data => (data["dispute"], data["state"]) = (dispute, state)))];
        }
    }

    /// <summary>A message counts as delivered: it is not sent again.</summary>
    public void Delivered(string message)
    {
        lock (_lock) Write(DeskFile, new JsonObject { ["delivered"] = message });
    }

    /// <summary>A message about a payment that says something else than is true; the books do not have it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="type">What it claims to tell.</param>
    /// <param name="lie">Changes the truth.</param>
    public ProtocolMessage Lie(string payment, string type, Action<JsonObject> lie)
    {
        lock (_lock)
        {
            var paid = _payments[payment];
            return ProtocolMessage.Of($"lie_{payment}_{type}", type, DataOf(paid, data =>
            {
                (data["checkout"], data["user"]) = (paid.Checkout.Id, paid.User);
                lie(data);
            }));
        }
    }

    /// <summary>From now on nothing more is written: whoever tries gets an exception.</summary>
    internal void Close()
    {
        lock (_lock) _isClosed = true;
    }

    private ProtocolMessage Tell(string type, Payment payment, Action<JsonObject> add)
    {
        var message = ProtocolMessage.Of($"msg_{payment.Id}_{++payment.Messages}", type, DataOf(payment, add));
        Write(DeskFile, new JsonObject { ["message"] = message.Id, ["body"] = message.Body });
        return message;
    }

    private static JsonObject DataOf(Payment payment, Action<JsonObject> add)
    {
        var data = new JsonObject
        {
            ["payment"] = payment.Id,
            ["order"] = payment.Checkout.Order,
            ["amount"] = Money(payment.Amount, payment.Currency),
        };
        add(data);
        return data;
    }

    private string AddRefund(string payment, long amount)
    {
        var paid = _payments[payment];
        var refund = $"ref_{payment}_{paid.Refunds.Count + 1}";
        Write(MoneyFile, Movement("refunded", refund, "payment", payment, amount, paid.Currency));
        return refund;
    }

    private Checkout CheckoutOf(string order) => _checkouts.Values.Last(checkout => checkout.Order == order);

    private static JsonObject Money(long amount, string currency) =>
        new() { ["amount"] = amount, ["currency"] = currency };

    private static JsonObject Movement(
        string what, string id, string member, string of, long amount, string currency) =>
        new() { [what] = id, [member] = of, ["amount"] = amount, ["currency"] = currency };

    private static IEnumerable<JsonObject> ReadLines(string file) => File.Exists(file)
        ? File.ReadLines(file).Select(line => JsonNode.Parse(line)!.AsObject())
        : [];

    // The state changes only by a line that is written, so it is the same after a start.
    private void Write(string file, JsonObject line)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        File.AppendAllText(file, line.ToJsonString() + "\n");
        Apply(line);
    }

    private void Apply(JsonObject line)
    {
        var (what, id) = (line.First().Key, (string)line.First().Value!);
        switch (what)
        {
            case "checkout":
                _checkouts.Add(id, new Checkout(id, (string)line["key"]!, line["asked"]!.AsObject()));
                break;
            case "begun": _checkouts[id].IsBegun = true; break;
            case "paid": AddPayment(id, _checkouts[(string)line["checkout"]!], (string)line["user"]!); break;
            case "captured":
                (_payments[id].Amount, _payments[id].Currency) = ((long)line["amount"]!, (string)line["currency"]!);
                break;
            case "refunded": _payments[(string)line["payment"]!].Refunds.Add((id, (long)line["amount"]!)); break;
            case "asked": _refundKeys.Add(id, ((string)line["refund"]!, (string)line["content"]!)); break;
            case "message": _undelivered.Add(id, new ProtocolMessage(id, (string)line["body"]!)); break;
            case "delivered": _undelivered.Remove(id); break;
            default: throw new FormatException($"the books have a line of {what}");
        }
    }

    private void AddPayment(string id, Checkout checkout, string user)
    {
        var payment = new Payment(id, checkout, user);
        _payments.Add(id, payment);
        checkout.First ??= payment;
    }

    private sealed class Checkout(string id, string key, JsonObject asked)
    {
        public string Id => id;

        public string Key => key;

        public JsonObject Asked => asked;

        public string Order => (string)asked["order"]!;

        public string User => (string)asked["user"]!;

        public long Amount => (long)asked["amount"]!["amount"]!;

        public string Currency => (string)asked["amount"]!["currency"]!;

        public DateTimeOffset ExpiresAt => DateTimeOffset.Parse(
            (string)asked["expiresAt"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        public bool IsBegun { get; set; }

        public Payment? First { get; set; }
    }

    private sealed class Payment(string id, Checkout checkout, string user)
    {
        public string Id => id;

        public Checkout Checkout => checkout;

        public string User => user;

        public long Amount { get; set; }

        public string Currency { get; set; } = "";

        public List<(string Id, long Amount)> Refunds { get; } = [];

        public long Left => Amount - Refunds.Sum(refund => refund.Amount);

        public int Messages { get; set; }
    }
}
