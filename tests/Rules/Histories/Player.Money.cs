using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps about money.</summary>
internal sealed partial class Player
{
    private void Play(CheckOut checkOut)
    {
        DoDue(_history.IsBehind);
        var order = OrderAt(checkOut.Order);
        Pure(() => PaymentRules.MayCheckOut(State, order, Now)).ShouldBe(_naive.ExpectCheckout(order, null, Now));
        for (var i = 0; i < checkOut.Times; i++)
        {
            var checkout = $"c{order}-{checkOut.Checkout + i}";
            var expected = _naive.ExpectCheckout(order, checkout, Now);
            var isSame = _naive.Find(order)?.Checkout == checkout;
            var decision = Pure(() => PaymentRules.DecideCheckout(State, order, SoleProvider.Name, checkout, Now));
            Tell($"checkout {decision.Outcome?.ToString() ?? (isSame ? "repeat" : i > 0 ? "another" : "opened")}");
            decision.Outcome.ShouldBe(expected);
            (decision.Entries.Length > 0).ShouldBe(expected is null && !isSame);
            Commit(decision.Entries);
        }
    }

    private void Play(Pay pay)
    {
        var seq = OrderAt(pay.Order);
        // Few hold what others give back, so those are paid more often.
        if (pay.Order % 4 > 0 && _naive.Orders.Find(hold => hold.From is not null) is { } taker) seq = taker.Seq;
        var order = _naive.Find(seq);
        var price = LiveBatch.Price * (order?.Units.Length ?? 1);
        var id = PaymentAt(pay.Payment);
        var payer = pay.Payer switch
        {
            Payer.Owner when order is not null => order.User,
            Payer.Nobody => (Alias?)null,
            _ => LiveBatch.AliasOf("weibo:stranger"),
        };
        var capture = new Capture(seq, id.Provider, id.Id, payer, pay.Money switch
        {
            Money.Exact => price,
            Money.TooLittle => price with { Amount = price.Amount - 1 },
            Money.TooMuch => price with { Amount = price.Amount + 1 },
            _ => price with { Currency = "USD" },
        });
        capture = capture with { Fee = FeeOf(pay, capture.Amount) };
        var expected = _naive.ExpectCapture(capture, Now);
        var decision = Pure(() => PaymentRules.DecideCapture(State, capture, Now, _history.Grace));
        Tell($"capture {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}{Why(decision)}");
        if (decision.Entries is [Released { Reason: CancelReason.Recalled }, RefundOwed])
            Tell("capture RefundOwed recalled");
        else if (decision.Entries is [Released, RefundOwed]) Tell("capture RefundOwed late");
        if (decision.Entries is [.., Sold { Units: not null }]) Tell("capture Sold late");
        if (decision.Entries is [Released { Why: ReleaseReason.Returned } released, RefundOwed, Sold])
            Tell(_naive.IsKept(released.Order) ? "capture returned though kept" : "capture returned");
        if (expected is null) decision.Outcome.Refused.ShouldBe(Refusal.NotFound);
        else (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((null, expected.Value));
        Commit(decision.Entries);
        if (expected is CaptureResult.Sold or CaptureResult.RefundOwed)
        {
            _captured.Add(id, capture);
            _naive.Payments[id].Amount.ShouldBe(capture.Amount);
            _naive.Payments[id].Fee.ShouldBe((pay.Payment + pay.Order) % 6 < 4 ? capture.Fee?.Amount : null);
        }
        // What is returned is not kept, and not returned again.
        if (decision.Entries is [Released { Why: ReleaseReason.Returned, Order: var gone }, ..])
        {
            Keep(gone, _naive.Find(gone)!.User);
            Return(gone, _naive.Find(gone)!.User);
        }
        // I6: every captured payment has its record.
        _naive.Payments.Keys.ShouldBe(_captured.Keys, ignoreOrder: true);
    }

    private void Play(Refund refund)
    {
        // Every second refund is of an owed payment, if there is one.
        var owing = _naive.Payments.Where(known => known.Value.Where == NaiveMoney.Owed).Select(known => known.Key)
            .ToList();
        var payment = refund.Payment % 2 == 0 && owing.Count > 0
            ? owing[refund.Payment / 2 % owing.Count] : PaymentAt(refund.Payment);
        var made = refund.IsShared ? "r" : $"r{refund.Payment}";
        var owed = _naive.Payments.GetValueOrDefault(payment) is { Where: NaiveMoney.Owed };
        var isKnown = _naive.Refunds.Contains((payment.Provider, made));
        // The provider was asked for what was owed then. Meanwhile a part may have gone back by other means.
        var left = State.Payments.All.GetValueOrDefault(payment)?.Left ?? LiveBatch.Price;
        if (refund.Payment == 4) left = left with { Amount = left.Amount + 1 };
        var (fits, isFit) = (refund.Payment != 4, owed && refund.Payment != 4);
        var decision = Pure(() => PaymentRules.DecideRefunded(State, payment, made, left));
        Tell($"refund {decision.Outcome ?? (decision.Entries.Length > 0).ToString()}");
        (decision.Outcome is not null, decision.Entries.Length > 0)
            .ShouldBe((owed && (isKnown || !fits), isFit && !isKnown));
        Commit(decision.Entries);
    }

    // None, the least, one like most, the most; and two that cannot be.
    private static GrainInterfaces.Orders.Money? FeeOf(Pay pay, GrainInterfaces.Orders.Money paid) =>
        ((pay.Payment + pay.Order) % 6) switch
        {
            0 => null,
            1 => paid with { Amount = 0 },
            2 => paid with { Amount = paid.Amount * 6 / 1_000 },
            3 => paid,
            4 => paid with { Amount = paid.Amount + 1 },
            _ => paid with { Currency = "EUR", Amount = 1 },
        };

    // Ids are unique only for one provider: both providers have the same ids.
    private static PaymentId PaymentAt(int index) => new(index % 2 == 0 ? SoleProvider.Name : "other", $"p{index / 2}");

    private static string Why(Decision<Answer<CaptureResult>> decision) =>
        decision.Entries.LastOrDefault() is RefundOwed owed ? $" {owed.Why}" : "";
}
