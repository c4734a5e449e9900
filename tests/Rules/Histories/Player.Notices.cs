using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>Steps for refunds that stall and for money moved outside the engine.</summary>
internal sealed partial class Player
{
    private void Play(Stall stall)
    {
        var id = AnyPayment(stall.Payment, NaiveMoney.Owed);
        var code = $"409 reason-{stall.Reason}";
        var known = _naive.Payments.GetValueOrDefault(id);
        var isNew = known is { Where: NaiveMoney.Owed } && known.Stalls.LastOrDefault() != code;
        var decision = Pure(() => NoticeRules.DecideStalled(State, id, code));
        Tell($"stall {decision.Outcome}");
        (decision.Outcome, decision.Entries.Length > 0).ShouldBe((isNew, isNew));
        Commit(decision.Entries);
    }

    private void Play(News news)
    {
        var id = AnyPayment(news.Payment, NaiveMoney.Kept);
        var known = _naive.Payments.GetValueOrDefault(id);
        var seq = known is null || news.IsMisaddressed ? 999 : known.Order;
        var amount = (known?.Amount ?? LiveBatch.Price) with { Amount = news.Amount };
        if (news.IsWhole && known is not null) amount = amount with { Amount = known.Left };
        var told = new PaymentNews(
            $"mi2-1.{seq}", id.Id,
            news.Dispute is null ? [new RefundNews($"e{news.Number}", amount)] : [],
            news.Dispute is { } state ? [new DisputeNews($"d{news.Number % 3}", amount, state)] : []);
        var left = known?.Where == NaiveMoney.PaidBack ? 0 : known?.Left;
        var decision = Pure(() => NoticeRules.DecideNews(State, seq, id.Provider, told));
        var how = decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString();
        Tell($"news {(news.Dispute is null ? "refund" : "dispute")} {how}");
        (decision.Outcome.Refused is null).ShouldBe(known is not null && !news.IsMisaddressed);
        foreach (var moved in decision.Entries.OfType<RefundedElsewhere>())
            moved.Amount.Amount.ShouldBe(Math.Min(amount.Amount, left!.Value), "what is left, and no more");
        var seen = State.LastSeq;
        Commit(decision.Entries);
        // The same news again changes nothing.
        if (decision.Outcome.Refused is null)
        {
            Pure(() => NoticeRules.DecideNews(State, seq, id.Provider, told)).Entries.ShouldBeEmpty();
            (State.LastSeq - seen).ShouldBe(decision.Entries.Length);
        }
    }

    private void Play(Settle settle)
    {
        DoDue(_history.IsBehind);
        // Every fourth refund is made already, if any is.
        var id = AnyPayment(settle.Payment, settle.Payment % 4 == 0 ? NaiveMoney.PaidBack : NaiveMoney.Owed);
        var seq = _naive.Payments.GetValueOrDefault(id)?.Order ?? 999;
        var expected = _naive.ExpectSettled(seq, id);
        var decision = Pure(() => NoticeRules.DecideSettled(State, seq, id, LiveBatch.Boss, settle.How));
        Tell($"settle {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        (decision.Entries.Length > 0).ShouldBe(expected is { Refused: null, Value: GrainInterfaces.Effect.Done });
        Commit(decision.Entries);
    }

    // To the minor unit, by provider and currency: captured is sold, owed, refunded or refunded elsewhere.
    private void CompareMoney()
    {
        var balances = State.Payments.Balances.View();
        balances.ShouldBe(_naive.ExpectBalances());
        balances.ShouldAllBe(balance => balance.IsBalanced);
        State.Payments.All.ShouldAllBe(payment => payment.Value.Left.Amount == _naive.Payments[payment.Key].Left);
        PaymentList.Page(State, 0, 1_000).Payments.ShouldBe(_naive.ExpectPayments());
        var stalled = _naive.Payments.Where(payment => payment.Value is { Where: NaiveMoney.Owed, Stalls: not [] })
            .Select(payment => payment.Key.Id).Order(StringComparer.Ordinal);
        NoticeRules.View(State).Issues.Where(issue => issue.Kind == MoneyIssueKind.RefundStalled)
            .Select(issue => issue.Payment).Order(StringComparer.Ordinal).ShouldBe(stalled);
    }

    // Every second step is about a payment in this state, if there is one.
    private PaymentId AnyPayment(int index, NaiveMoney where)
    {
        var fit = _naive.Payments.Where(known => known.Value.Where == where).Select(known => known.Key).ToList();
        return index % 2 == 0 && fit.Count > 0 ? fit[index / 2 % fit.Count] : PaymentAt(index);
    }
}
