using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps about returns.</summary>
internal sealed partial class Player
{
    private void Play(GiveBack step)
    {
        DoDue(_history.IsBehind);
        // Most are of a paid order, if there is one, and most ends are of one that is offered. What the first in line
        // could have comes first.
        var seq = OrderAt(step.Order);
        var likely = _naive.Orders.Where(
            order => order.State == NaiveState.Paid && (order.OfferedBackAt is not null) == step.IsKept).ToList();
        var wanted = likely.FindAll(order => _naive.NextInLine is { } next && next.User != order.User
            && next.Quantity == order.Units.Length && order.ShippedUnder is null);
        if (wanted.Count > 0) likely = wanted;
        if (step.Order % 4 > 0 && likely.Count > 0) seq = likely[step.Order % likely.Count].Seq;
        // Few are being paid, so keeping those is tried more often.
        var paying = step.Order % 2 == 0 ? _naive.Orders.Find(hold => hold.From is not null) : null;
        var isKept = step.IsKept || paying is not null;
        if (paying is not null) seq = paying.From!.Value;
        var owner = step.ByOwner && _naive.Find(seq) is { } order ? order.User : LiveBatch.AliasOf("weibo:stranger");
        if (isKept)
            Check("keep", _naive.ExpectKeep(seq, owner), Pure(() => ReturnRules.DecideCancel(State, seq, owner)));
        else
            Check("return", _naive.ExpectReturn(seq, owner), Pure(() => ReturnRules.DecideOffer(State, seq, owner)));
    }
}
