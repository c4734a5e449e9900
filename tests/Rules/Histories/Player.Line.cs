using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps about the line.</summary>
internal sealed partial class Player
{
    private void Play(Leave leave)
    {
        DoDue(_history.IsBehind);
        var user = LiveBatch.AliasOf(History.Users[leave.User]);
        Check("leave", _naive.ExpectLeave(user), Pure(() => LineRules.DecideLeave(State, user)));
    }

    private void Check(string what, Answer<Effect> expected, Decision<Answer<Effect>> decision)
    {
        Tell($"{what} {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        (decision.Entries.Length > 0).ShouldBe(expected is { Refused: null, Value: Effect.Done });
        Commit(decision.Entries);
    }

    private void CompareLine()
    {
        State.Line.Count.ShouldBe(_naive.Places.Count);
        State.Line.Waiting.ShouldBe(_naive.Waiting);
        State.Line.FirstWaiting.ShouldBe(_naive.NextInLine?.Number ?? 0);
        (State.Line.UnitsForPurchases(State.Stock), State.Line.IsCarrying)
            .ShouldBe((_naive.ForPurchases, _naive.IsCarrying));
        State.Line.InBacklog.ShouldBe(_naive.Places.Count(place => place.IsKept));
        foreach (var place in _naive.Places)
            CheckPlace(LineRules.View(State, State.Line.Find(place.Number)!, Now), place);
    }

    private void CheckPlace(PlaceView view, NaivePlace place)
    {
        (view.Batch, view.Place, view.Buyer, view.Quantity, view.State, view.JoinedAt, view.Order, view.Ahead).ShouldBe(
            (_naive.Terms.Id, place.Number, place.User, place.Quantity, place.State,
                LiveBatch.Instant(place.JoinedAt), place.Offers is [.., var order] ? order : (long?)null,
                _naive.AheadOf(place)));
        (view.InBacklog, view.OriginBatch, view.OriginPlace)
            .ShouldBe((place.IsKept, place.Origin?.Batch, place.Origin?.Place ?? 0));
        if (view.State != PlaceState.Waiting) view.Wait.ShouldBe(WaitEstimate.Unknown);
        else
        {
            (view.Wait.Outlook == WaitOutlook.Unlikely).ShouldBe(
                view.Ahead >= _naive.Count(NaiveUnit.Held) + _naive.UnitsOfReturns);
        }
    }

    private void PlaySweep()
    {
        DoDue(areReleasesLeft: false);
        // No due hold is left. The others stay, because the naive sale refuses an early release.
        _naive.Orders.ShouldNotContain(order => order.State == NaiveState.Held && Now >= order.PayBy + _history.Grace);
        _naive.MustOffer.ShouldBeFalse("free units are offered to the line");
        _naive.Places.ShouldNotContain(place => place.MustEnd);
        _naive.IsRecalling.ShouldBeFalse("a recall has nothing left");
    }
}
