using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Http;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Payments.Protocol;

namespace OrleansSale.Tests.Api.Payments;

public sealed class PaymentNotificationTests
{
    private const string CapturedBody = """
        {"type":"payment.captured","timestamp":"2012-12-21T04:00:01.5Z","data":{"payment":"pay_1","checkout":"c1",
         "order":"mi2-1.17","user":"weibo:alice","amount":{"amount":199900,"currency":"CNY"}}}
        """;

    private static readonly DateTimeOffset At = new(2012, 12, 21, 4, 0, 1, 500, TimeSpan.Zero);

    private static readonly PaymentNotification Captured = new PaymentNotification.Captured(
        "pay_1", "c1", "mi2-1.17", "weibo:alice", new Money(199900, "CNY"), At);

    [Fact]
    public void A_capture_is_read() => Parse(CapturedBody).ShouldBe(Captured);

    [Theory]
    [InlineData("""{"amount":1199,"currency":"CNY"}""", 1199L, "CNY")]
    [InlineData("""{"amount":0,"currency":"CNY","rate":"0.6%"}""", 0L, "CNY")]
    [InlineData("""{"amount":-1,"currency":"USD"}""", -1L, "USD")]
    [InlineData("null", null, null)]
    public void A_fee_is_read_as_it_is_reported(string fee, long? amount, string? currency) =>
        Parse(WithFee(fee)).ShouldBe(((PaymentNotification.Captured)Captured) with
        {
            Fee = amount is null ? null : new Money(amount.Value, currency!),
        });

    [Theory]
    [InlineData("1199"), InlineData("\"1199\""), InlineData("[]"), InlineData("{}"), InlineData("true")]
    [InlineData("""{"amount":11.99,"currency":"CNY"}"""), InlineData("""{"amount":"1199","currency":"CNY"}""")]
    [InlineData("""{"amount":1199}"""), InlineData("""{"amount":1199,"currency":"cny"}""")]
    [InlineData("""{"amount":1199,"currency":"\ud800AB"}"""), InlineData("""{"amount":1e99,"currency":"CNY"}""")]
    public void A_capture_is_not_lost_for_a_fee_that_cannot_be_read(string fee) =>
        Parse(WithFee(fee)).ShouldBe(
            ((PaymentNotification.Captured)Captured) with { Fee = PaymentFee.Unreadable });

    [Fact]
    public void A_capture_is_not_lost_for_a_fee_whose_bytes_are_no_text() =>
        ProtocolNotifications.Parse(Encoding.Latin1.GetBytes(WithFee("""{"amount":1199,"currency":"ÿÿÿ"}""")))
            .ShouldBe(((PaymentNotification.Captured)Captured) with { Fee = PaymentFee.Unreadable });

    private static string WithFee(string fee) =>
        CapturedBody.Replace("\"amount\":{", $"\"fee\":{fee},\"amount\":{{", StringComparison.Ordinal);

    [Fact]
    public void Members_that_were_added_later_are_allowed() =>
        Parse(Changed(body =>
        {
            body["version"] = 2;
            body["data"]!["method"] = new JsonObject { ["card"] = "1234" };
        })).ShouldBe(Captured);

    [Fact]
    public void A_declined_payment_needs_neither_payment_nor_amount() =>
        Parse("""
            {"type":"payment.declined","timestamp":"2012-12-21T12:00:01.5+08:00",
             "data":{"checkout":"c1","order":"mi2-1.17","user":"weibo:爱丽丝"}}
            """).ShouldBe(new PaymentNotification.Declined("c1", "mi2-1.17", "weibo:爱丽丝", At));

    [Fact]
    public void An_unknown_type_is_a_value_of_its_own_whatever_else_is_in_it() =>
        Parse("""{"type":"payout.created","data":7}""").ShouldBe(new PaymentNotification.Ignored("payout.created"));

    [Fact]
    public void Money_that_was_paid_back_elsewhere_is_read()
    {
        var moved = Parse("""
            {"type":"payment.refunded","timestamp":"2012-12-21T04:00:01.5Z","data":{"payment":"pay_1",
             "order":"mi2-1.17","refund":"ref_1","amount":{"amount":100,"currency":"CNY"}}}
            """).ShouldBeOfType<PaymentNotification.Moved>().News;
        (moved.Order, moved.Payment).ShouldBe(("mi2-1.17", "pay_1"));
        moved.Refunds.ShouldBe([new RefundNews("ref_1", new Money(100, "CNY"))]);
        moved.Disputes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("open", DisputeState.Open), InlineData("won", DisputeState.Won), InlineData("lost", DisputeState.Lost)]
    public void A_dispute_is_read(string word, DisputeState state)
    {
        var moved = Parse("""
            {"type":"payment.disputed","timestamp":"2012-12-21T04:00:01.5Z","data":{"payment":"pay_1",
             "order":"mi2-1.17","dispute":"d1","state":"@","amount":{"amount":100,"currency":"CNY"}}}
            """.Replace("@", word, StringComparison.Ordinal)).ShouldBeOfType<PaymentNotification.Moved>().News;
        moved.Disputes.ShouldBe([new DisputeNews("d1", new Money(100, "CNY"), state)]);
        moved.Refunds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("payment.refunded", "refund"), InlineData("payment.disputed", "dispute")]
    [InlineData("payment.disputed", "state"), InlineData("payment.refunded", "amount")]
    [InlineData("payment.disputed", "order"), InlineData("payment.refunded", "payment")]
    public void Moved_money_without_a_member_is_malformed_by_its_name(string type, string missing)
    {
        var body = JsonNode.Parse("""
            {"type":"payment.refunded","timestamp":"2012-12-21T04:00:01.5Z","data":{"payment":"pay_1",
             "order":"mi2-1.17","refund":"r","dispute":"d","state":"open","amount":{"amount":100,"currency":"CNY"}}}
            """)!;
        body["type"] = type;
        body["data"]!.AsObject().Remove(missing);
        Parse(body.ToJsonString()).ShouldBeOfType<PaymentNotification.Malformed>().Fault.Field
            .ShouldStartWith($"data.{missing}");
    }

    public static TheoryData<string, string?> Wrong => new()
    {
        { "type", null }, { "type", "7" }, { "type", "\"\"" }, { "type", "null" }, { "type", "[\"payment.captured\"]" },
        { "timestamp", null }, { "timestamp", "1356062400" }, { "timestamp", "\"noon\"" },
        { "timestamp", "\"2012-12-21T04:00:00\"" }, { "timestamp", "\"2012-12-21\"" },
        { "timestamp", "\"21 Dec 2012 04:00:00 +00:00\"" }, { "timestamp", "\"2012-13-21T04:00:00Z\"" },
        { "data", null }, { "data", "null" }, { "data", "[]" }, { "data", "\"x\"" },
        { "data.payment", null }, { "data.payment", "\"\"" }, { "data.payment", "17" }, { "data.payment", "\"a b\"" },
        { "data.payment", "\"a\\r\\nX: y\"" }, { "data.payment", "\"支付\"" }, { "data.payment", "\"\\ud800\"" },
        { "data.checkout", null }, { "data.checkout", "{}" },
        { "data.order", null }, { "data.order", "true" },
        { "data.user", null }, { "data.user", "\"weibo:\\u0000\"" }, { "data.user", "\"\\udc00\"" },
        { "data.amount", null }, { "data.amount", "199900" },
        { "data.amount.amount", null }, { "data.amount.amount", "\"199900\"" }, { "data.amount.amount", "-1" },
        { "data.amount.amount", "1.5" }, { "data.amount.amount", "1e400" },
        { "data.amount.amount", "9223372036854775808" }, { "data.amount.amount", "1000000000000001" },
        { "data.amount.currency", null }, { "data.amount.currency", "\"cny\"" }, { "data.amount.currency", "\"CN\"" },
        { "data.amount.currency", "\"CNYY\"" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_member_that_is_missing_or_wrong_is_named(string field, string? value)
    {
        var path = field.Split('.');
        // Put in as raw text: some of these values are no valid node.
        const string placeholder = "\"@@@\"";
        var body = Changed(root =>
        {
            var owner = path[..^1].Aggregate((JsonNode)root, (node, name) => node[name]!).AsObject();
            owner.Remove(path[^1]);
            if (value is not null) owner[path[^1]] = "@@@";
        }).Replace(placeholder, value ?? placeholder, StringComparison.Ordinal);
        Parse(body).ShouldBeOfType<PaymentNotification.Malformed>(body).Fault.Field.ShouldBe(field, body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("""{"type":"payment.captured","type":"payment.declined"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("<html>")]
    public void A_body_that_is_no_object_is_named_as_a_whole(string body)
    {
        var fault = Parse(body).ShouldBeOfType<PaymentNotification.Malformed>().Fault;
        // Some of these are objects, only without a usable type.
        fault.Field.ShouldBeOneOf("body", "type");
    }

    [Fact]
    public void A_body_over_the_bound_or_nested_too_deep_is_malformed()
    {
        var long_ = Changed(root => root["filler"] = new string('x', PaymentNotification.MaxBodyBytes));
        Parse(long_).ShouldBeOfType<PaymentNotification.Malformed>().Fault.Field.ShouldBe("body");
        Parse(new string('[', 10_000)).ShouldBeOfType<PaymentNotification.Malformed>().Fault.Field.ShouldBe("body");
    }

    [Fact]
    public void Rubbish_bytes_are_malformed_and_never_throw() =>
        Gen.Byte.Array[0, 300].Sample(
            bytes => ProtocolNotifications.Parse(bytes).ShouldBeOfType<PaymentNotification.Malformed>(), iter: 5_000);

    [Fact]
    public void A_capture_with_any_bytes_changed_is_a_value_and_never_throws() =>
        Gen.Select(Gen.Int[0, CapturedBody.Length - 1], Gen.Byte, Gen.Int[0, CapturedBody.Length - 1], Gen.Byte)
            .Sample((firstPlace, firstByte, secondPlace, secondByte) =>
            {
                var bytes = Encoding.UTF8.GetBytes(CapturedBody);
                bytes[firstPlace] = firstByte;
                bytes[secondPlace] = secondByte;
                ProtocolNotifications.Parse(bytes).ShouldNotBeNull();
            }, iter: 20_000);

    [Fact]
    public void A_message_is_read_only_if_its_signature_is_valid()
    {
        var secret = Encoding.ASCII.GetBytes("an openssl secret of 32 bytes!!!");
        var signature = new WebhookSignature([secret]);
        var reader = new ProtocolNotifications(Convert.ToBase64String(secret));
        var body = Encoding.UTF8.GetBytes(CapturedBody);
        var timestamp = WebhookSignature.TimestampOf(At);
        var headers = new HeaderDictionary
        {
            ["Webhook-Id"] = "msg_1",
            ["webhook-timestamp"] = timestamp,
            ["WEBHOOK-SIGNATURE"] = signature.Sign("msg_1", timestamp, body),
        };

        Read(headers, body, At).ShouldBe(Captured);
        Read(headers, body.AsMemory(0, body.Length - 1), At)
            .ShouldBe(new PaymentNotification.Unverified(SignatureVerdict.Mismatch));
        Read([], body, At).ShouldBe(new PaymentNotification.Unverified(SignatureVerdict.Malformed));
        Read(headers, body, At + WebhookSignature.Tolerance + TimeSpan.FromSeconds(1))
            .ShouldBe(new PaymentNotification.Unverified(SignatureVerdict.OutOfTime));

        PaymentNotification Read(HeaderDictionary all, ReadOnlyMemory<byte> message, DateTimeOffset now) =>
            reader.Read(
                new NotificationMessage(name => all.TryGetValue(name, out var one) ? (string?)one : null, message),
                now);
    }

    private static PaymentNotification Parse(string body) => ProtocolNotifications.Parse(Encoding.UTF8.GetBytes(body));

    private static string Changed(Action<JsonObject> change)
    {
        var body = JsonNode.Parse(CapturedBody)!.AsObject();
        change(body);
        return body.ToJsonString();
    }
}
