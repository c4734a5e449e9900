using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps about places that come from the product's backlog.</summary>
internal sealed partial class Player
{
    private void Play(Carry carry)
    {
        DoDue(_history.IsBehind);
        var user = LiveBatch.AliasOf(History.Users[carry.User]);
        var cancelled = _naive.CancelledVersions.GetValueOrDefault(user);
        var version = carry.Version switch { Version.Fresh => cancelled + 1, Version.Cancelled => cancelled, _ => 0 };
        var origin = $"mi2-old-{carry.Batch}";
        var last = _naive.Places.FindLast(place => place.Origin?.Batch == origin)?.Origin?.Place ?? 0;
        var place = new CarriedPlace(new Origin(origin, last + carry.Step), user, version, carry.Quantity);

        var expected = _naive.ExpectCarried(place);
        var decision = Pure(() => CarryRules.DecideJoin(State, [place]));
        Tell(expected == 0 ? "not carried" : expected < place.Quantity ? "carried with less" : "carried");
        decision.Outcome.ShouldBe(expected > 0 ? 1 : 0);
        Commit(decision.Entries);
        if (expected == 0) return;
        _naive.Places[^1].Quantity.ShouldBe(expected);
        State.Line.FindCarried(place.Origin)!.Number.ShouldBe(_naive.Places[^1].Number);
    }

    private void Play(LetGo letGo)
    {
        DoDue(_history.IsBehind);
        var carried = _naive.Places.Where(place => place.Origin is not null).ToList();
        var picked = carried.ElementAtOrDefault(letGo.Place);
        var origin = picked?.Origin ?? new Origin("mi2-old-0", 1_000);
        var others = carried.Select(place => place.Origin!.Value).Where(other => other.Batch == origin.Batch)
            .Select(other => other.Place).Where(number => number != origin.Place).ToHashSet();
        var expected = picked is { MayLeave: true } ? 1 : 0;
        var decision = Pure(() => CarryRules.DecideLeft(State, origin.Batch, 0, long.MaxValue, others));
        Tell($"let go {expected}");
        decision.Outcome.ShouldBe(expected);
        Commit(decision.Entries);
        if (expected == 1) picked!.State.ShouldBe(PlaceState.Left);
    }

    private void PlayEndOfCarrying()
    {
        DoDue(_history.IsBehind);
        var expected = _naive.IsCarrying;
        var decision = Pure(() => CarryRules.DecideEnd(State));
        Tell(expected ? "all carried" : "nothing to carry");
        decision.Outcome.ShouldBe(expected);
        Commit(decision.Entries);
        State.Line.IsCarrying.ShouldBeFalse();
    }
}
