using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Platforms.Protocol;

// What the merchant asks for.
public sealed partial class ProtocolBooks
{
    private static readonly string[] Addresses = ["returnUrl", "notifyUrl"];

    /// <summary>Makes a checkout, or finds the one that was made under the key.</summary>
    internal ProtocolAnswer CheckOut(string key, JsonObject asked, Uri pages)
    {
        lock (_lock)
        {
            var content = asked.DeepClone().AsObject();
            foreach (var address in Addresses) content.Remove(address);
            var made = _checkouts.Values.FirstOrDefault(checkout => checkout.Key == key);
            if (made is not null && !JsonNode.DeepEquals(made.Asked, content))
                return ProtocolAnswer.Refuse(409, "conflict");
            var id = made?.Id ?? $"co_{_checkouts.Count + 1}";
            if (made is null)
                Write(DeskFile, new JsonObject { ["checkout"] = id, ["key"] = key, ["asked"] = content });
            return new ProtocolAnswer(
                made is null ? 201 : 200, new JsonObject { ["id"] = id, ["url"] = new Uri(pages, id).AbsoluteUri });
        }
    }

    /// <summary>How far a checkout is.</summary>
    internal ProtocolAnswer StateOf(string checkout, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_checkouts.TryGetValue(checkout, out var found)) return ProtocolAnswer.Refuse(404, "not-found");
            if (found.First is not { } paid)
            {
                return ProtocolAnswer.Of(new JsonObject
                {
                    ["status"] = found.IsBegun ? "processing" : now < found.ExpiresAt ? "open" : "expired",
                });
            }

            return ProtocolAnswer.Of(new JsonObject
            {
                ["status"] = "paid",
                ["payment"] = paid.Id,
                ["user"] = paid.User,
                ["amount"] = Money(paid.Amount, paid.Currency),
            });
        }
    }

    /// <summary>Pays back, or finds the refund that was made under the key.</summary>
    internal ProtocolAnswer Refund(string key, JsonObject asked)
    {
        lock (_lock)
        {
            var content = asked.ToJsonString();
            if (_refundKeys.TryGetValue(key, out var made) && made.Asked != content)
                return ProtocolAnswer.Refuse(409, "conflict");
            var payment = (string)asked["payment"]!;
            if (!_payments.TryGetValue(payment, out var paid) || paid.Checkout.Order != (string)asked["order"]!)
                return ProtocolAnswer.Refuse(404, "not-found");
            if (made.Refund is null)
            {
                var (amount, currency) = ((long)asked["amount"]!["amount"]!, (string)asked["amount"]!["currency"]!);
                if (paid.Left == 0 && paid.Refunds.Count > 0) return AlreadyRefunded(paid);
                if (amount > paid.Left || currency != paid.Currency)
                    return ProtocolAnswer.Refuse(409, paid.Refunds.Count > 0 ? "partly-refunded" : "conflict");
                made = (AddRefund(payment, amount), content);
                Write(DeskFile, new JsonObject
                {
                    ["asked"] = key,
                    ["refund"] = made.Refund,
                    ["content"] = content,
                });
            }

            return Made(made.Refund, paid);
        }
    }

    /// <summary>The answer to a refund of another payment than this one; null: none is made.</summary>
    internal ProtocolAnswer? RefundOfAnother(string payment)
    {
        lock (_lock)
        {
            var refund = _refundKeys.Values.Select(made => made.Refund)
                .FirstOrDefault(refund => _payments[payment].Refunds.TrueForAll(own => own.Id != refund));
            return refund is null ? null
                : Made(refund, _payments.Values.First(other => other.Refunds.Exists(own => own.Id == refund)));
        }
    }

    private static ProtocolAnswer Made(string refund, Payment of) => ProtocolAnswer.Of(new JsonObject
    {
        ["id"] = refund,
        ["payment"] = of.Id,
        ["amount"] = Money(of.Refunds.Find(own => own.Id == refund).Amount, of.Currency),
    });

    private static ProtocolAnswer AlreadyRefunded(Payment paid) => new(409, new JsonObject
    {
        ["code"] = "already-refunded",
        ["refund"] = paid.Refunds[^1].Id,
        ["amount"] = Money(paid.Amount, paid.Currency),
    });
}

/// <summary>An answer of the double.</summary>
internal sealed record ProtocolAnswer(int Status, JsonObject Body)
{
    public static ProtocolAnswer Of(JsonObject body) => new(200, body);

    public static ProtocolAnswer Refuse(int status, string code) => new(status, new JsonObject { ["code"] = code });
}
