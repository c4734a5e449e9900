using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps about returns.</summary>
internal sealed partial class Player
{
    private void Play(GiveBack step)
    {
        DoDue(_history.IsBehind);
        // Most are of a paid order, if there is one, and most ends are of one that is offered.
        var seq = OrderAt(step.Order);
        var likely = _naive.Orders.Where(
            order => order.State == NaiveState.Paid && (order.OfferedBackAt is not null) == step.IsKept).ToList();
        if (step.Order % 4 > 0 && likely.Count > 0) seq = likely[step.Order % likely.Count].Seq;
        var owner = step.ByOwner && _naive.Find(seq) is { } order ? order.User : LiveBatch.AliasOf("weibo:stranger");
        if (step.IsKept)
            Check("keep", _naive.ExpectKeep(seq, owner), Pure(() => ReturnRules.DecideCancel(State, seq, owner)));
        else
            Check("return", _naive.ExpectReturn(seq, owner), Pure(() => ReturnRules.DecideOffer(State, seq, owner)));
    }
}
