using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Messages;
using OrleansSale.Tests.Rules.Entries;
using OrleansSale.Tests.Rules.Histories;

namespace OrleansSale.Tests.Rules.Messages;

/// <summary>Which entries of a ledger a buyer is told of.</summary>
public class MessageRulesTests
{
    [Fact]
    public void Every_refund_and_every_hold_that_nobody_asked_for_now_is_told_once_and_nothing_else_is()
    {
        var (refunds, offers, byOperators) = (0, 0, 0);
        History.Any.Sample(history =>
        {
            foreach (var line in new Player(history).Play().Lines)
            {
                var stamped = EntryReader.Read(line);
                var news = MessageRules.Of(stamped);
                var expected = stamped.Entry switch
                {
                    RefundOwed { Amount.Amount: > 0 } owed => (
                        owed.Order, Kind: MessageKind.Refund, Amount: (GrainInterfaces.Orders.Money?)owed.Amount,
                        PayBy: (long?)null),
                    RefundMade made => (made.Order, MessageKind.Refunded, made.Amount, null),
                    RefundedElsewhere { By: not null } made => (made.Order, MessageKind.Refunded, made.Amount, null),
                    Held { Offer: not null } offer => (stamped.Seq, MessageKind.Offer, null, offer.PayBy),
                    Granted grant => (stamped.Seq, MessageKind.Grant, null, grant.PayBy),
                    Revived revival => (revival.Order, MessageKind.Revival, null, revival.PayBy),
                    _ => default,
                };
                (news is null).ShouldBe(expected.Kind == default);
                if (news is null) continue;
                if (news.Kind == MessageKind.Offer) Interlocked.Increment(ref offers);
                else if (news.PayBy is not null) Interlocked.Increment(ref byOperators);
                else Interlocked.Increment(ref refunds);
                (news.Order, news.Kind, news.Amount, news.PayBy?.ToUnixTimeMilliseconds()).ShouldBe(expected);
                (news.Seq, news.At.ToUnixTimeMilliseconds()).ShouldBe((stamped.Seq, stamped.At));
                (news.Why is null).ShouldBe(news.Kind != MessageKind.Refund, "the buyer was told why before");
                MessageRules.MayHaveNews(line).ShouldBeTrue("else it would never be read");
            }
        }, iter: Check.Iter, print: history => history.ToString());
        refunds.ShouldBeGreaterThan(0);
        offers.ShouldBeGreaterThan(0);
        byOperators.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Each_reason_of_a_refund_has_its_own_cause()
    {
        var causes = Enum.GetValues<RefundReason>().Select(why => MessageRules.Of(new(
            5, 0, new RefundOwed(3, new("pay", "p"), new(1, "CNY"), why)))!.Why);
        causes.Select(cause => cause.ToString()).ShouldBe(Enum.GetNames<RefundReason>());
    }

    [Fact]
    public void A_purchase_or_a_place_need_not_be_read()
    {
        foreach (var (line, entry) in Lines.Golden)
        {
            var mayHave = entry is RefundOwed or RefundMade or RefundStalled or RefundedElsewhere
                or Held { Offer: not null } or Granted or Revived
                // It is rare, and looks like an offer at first sight.
                or Proposed { Command: BuyerCommand { Action: BuyerAction.RemovePlace } };
            MessageRules.MayHaveNews(Encoding.UTF8.GetBytes(line)).ShouldBe(mayHave, line);
        }
        MessageRules.MayHaveNews("""{"seq":2,"type":"held","at":"2012-12-21T04:00:00.000Z","data":{}}"""u8)
            .ShouldBeFalse();
        // A text of an operator cannot look like a type, because its quotes are escaped.
        MessageRules.MayHaveNews("""{"seq":2,"type":"paused","data":{"reason":"\"type\":\"refund"}}"""u8)
            .ShouldBeFalse();
    }
}
