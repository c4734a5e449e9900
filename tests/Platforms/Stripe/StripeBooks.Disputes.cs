using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Platforms.Stripe;

// The payments and their disputes.
public sealed partial class StripeBooks
{
    private readonly List<JsonObject> _disputes = [];
    private readonly Dictionary<string, string> _moved = [];

    /// <summary>The payer's bank disputes a payment; as the event has it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="amount">The disputed amount.</param>
    /// <param name="status">Stripe's word for its state.</param>
    public JsonObject Dispute(string payment, long amount, string status = "needs_response")
    {
        lock (_lock)
        {
            var dispute = new JsonObject
            {
                ["id"] = $"du_{++_count}",
                ["object"] = "dispute",
                ["amount"] = amount,
                ["currency"] = "cny",
                ["payment_intent"] = payment,
                ["reason"] = "fraudulent",
                ["status"] = status,
                ["created"] = Seconds(0),
            };
            _disputes.Add(dispute);
            return dispute.DeepClone().AsObject();
        }
    }

    /// <summary>A dispute goes on; as the event has it.</summary>
    public JsonObject MoveDispute(string dispute, string status)
    {
        lock (_lock)
        {
            var moved = _disputes.Single(one => (string?)one["id"] == dispute);
            moved["status"] = status;
            return moved.DeepClone().AsObject();
        }
    }

    /// <summary>The payment of an order in a way that takes days goes on. Its session stays as it is.</summary>
    /// <param name="order">Whose.</param>
    /// <param name="status">Stripe's word for the payment's state.</param>
    public void MovePayment(string order, string status)
    {
        lock (_lock)
        {
            var session = _sessions.Single(one => (string?)one["client_reference_id"] == order);
            _moved[(string)session["payment_intent"]!] = status;
        }
    }

    internal StripeAnswer FindPayment(string id)
    {
        lock (_lock)
        {
            return _sessions.Find(one => (string?)one["payment_intent"] == id) is { } session
                ? StripeAnswer.Of(PaymentOf(session)) : StripeAnswer.Invalid(404, "resource_missing", "intent");
        }
    }

    private JsonObject PaymentOf(JsonObject session)
    {
        var id = (string)session["payment_intent"]!;
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "payment_intent",
            ["amount"] = (long)session["amount_total"]!,
            ["currency"] = (string?)session["currency"],
            ["metadata"] = session["metadata"]!.DeepClone(),
            ["status"] = (string?)session["payment_status"] == "paid" ? "succeeded"
                : _moved.GetValueOrDefault(id, "processing"),
        };
    }

    internal StripeAnswer ListDisputes(Dictionary<string, string> asked)
    {
        lock (_lock)
        {
            return StripeAnswer.Of(new JsonObject
            {
                ["object"] = "list",
                ["url"] = "/v1/disputes",
                ["has_more"] = false,
                ["data"] = new JsonArray(
                [
                    .. _disputes.Where(one => (string?)one["payment_intent"] == asked["payment_intent"])
                        .Select(one => one.DeepClone()).Reverse(),
                ]),
            });
        }
    }
}
