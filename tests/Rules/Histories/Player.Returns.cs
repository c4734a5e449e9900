using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
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
        if (!isKept) Return(seq, owner);
        else if (Keep(seq, owner) == OrderReturn.BeingPaid)
        {
            // It is kept from now on, and cannot be offered before this payment has ended.
            Keep(seq, owner);
            Return(seq, owner);
        }
    }

    private OrderReturn? Keep(long seq, Alias owner)
    {
        var stage = TellStage("keep", seq, owner);
        Check("keep", _naive.ExpectKeep(seq, owner), Pure(() => ReturnRules.DecideCancel(State, seq, owner)));
        return stage;
    }

    private void Return(long seq, Alias owner)
    {
        TellStage("return", seq, owner);
        Check("return", _naive.ExpectReturn(seq, owner), Pure(() => ReturnRules.DecideOffer(State, seq, owner)));
    }

    private OrderReturn? TellStage(string what, long seq, Alias owner)
    {
        var stage = _naive.Find(seq) is { } order && order.User == owner ? _naive.ReturnOf(order) : null;
        if (stage is OrderReturn.BeingPaid or OrderReturn.Ending) Tell($"{what} while {stage}");
        return stage;
    }
}
