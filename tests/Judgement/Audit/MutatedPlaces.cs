using CsCheck;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>A sound history is sound, and each way to spoil its line is found wherever it is tried.</summary>
public sealed class MutatedPlaces(ITestOutputHelper output)
{
    private const int Histories = 400, Fewest = 40;

    private static readonly Gen<int[]> Choices = Gen.Int[0, 9_999].Array[10, 90];

    [Fact]
    public void A_random_history_with_a_line_is_sound()
    {
        var (offers, passed, again) = (0, 0, 0);
        Choices.Sample(choices =>
        {
            var steps = PlaceHistory.Of(choices);
            Audit(steps).Kept.ShouldBeEmpty();
            var places = steps.Where(step => step.Type == "offered").GroupBy(step => step.Place).ToList();
            Interlocked.Add(ref offers, places.Count);
            Interlocked.Add(ref again, places.Count(place => place.Count() > 1));
            Interlocked.Add(ref passed, steps.Count(step => step.Why == "passed"));
        }, iter: Histories);
        output.WriteLine($"{offers} places were offered units, {passed} passed, {again} waited again");
        Math.Min(offers, Math.Min(passed, again)).ShouldBeGreaterThan(Fewest);
    }

    [Fact]
    public void Two_offers_that_changed_places_are_found() => IsFound(Invariant.I5, (steps, first) =>
    {
        if (Offer(steps, first) is not { } offer) return null;
        // Both waited when the first was offered.
        var second = steps.FindIndex(first + 1, step =>
            step.Type == "offered" && step.Place != offer.Place && IndexOfJoined(steps, step.Place) < first);
        if (second < 0) return null;
        steps[first] = To(offer, steps[second]);
        steps[second] = To(steps[second], offer);
        return steps;
    });

    [Fact]
    public void An_offer_to_the_second_is_found() => IsFound(Invariant.I5, (steps, at) =>
    {
        if (Offer(steps, at) is not { } offer) return null;
        var second = WaitingAt(steps, at).FirstOrDefault(place => place.Place != offer.Place);
        if (second is null) return null;
        steps[at] = To(offer, second);
        return steps;
    });

    [Fact]
    public void An_offer_that_became_a_purchase_is_found() => IsFound(Invariant.I5, (steps, at) =>
    {
        if (Offer(steps, at) is not { } offer) return null;
        steps[at] = offer with { Type = "held", Place = 0 };
        return steps;
    });

    [Fact]
    public void A_purchase_of_what_somebody_waits_for_is_found() => IsFound(Invariant.I5, (steps, at) =>
    {
        if (Offer(steps, at) is not { } offer) return null;
        steps.Insert(at, new Step("held", 0, "weibo:stranger", 1, Units: [offer.Units![0]]));
        return steps;
    });

    [Fact]
    public void An_offer_of_less_than_is_free_is_found() => IsFound(Invariant.I5, (steps, at) =>
    {
        if (Offer(steps, at) is not { Units.Length: > 1 } offer) return null;
        steps[at] = offer with { Units = offer.Units[..1] };
        return steps;
    });

    [Fact]
    public void A_dropped_end_of_a_place_that_was_passed_is_found() => IsFound(Invariant.Line, (steps, at) =>
    {
        // Without an offer after it, the export might have ended before the place did.
        if (steps[at].Why != "passed" || !steps.Skip(at).Any(step => step.Type == "offered")) return null;
        steps.RemoveAt(at);
        return steps;
    });

    [Fact]
    public void A_dropped_end_of_a_place_that_waited_is_found() => IsFound(Invariant.I5, (steps, at) =>
    {
        // Without an offer to somebody behind, the place might have waited on.
        if (steps[at].Why is not ("left" or "removed")
            || !steps.Skip(at).Any(step => step.Type == "offered" && step.Place > steps[at].Place)) return null;
        steps.RemoveAt(at);
        return steps;
    });

    [Fact]
    public void A_place_that_was_dropped_is_found() => IsFound(Invariant.Line, (steps, at) =>
    {
        // Without an entry about it or one behind it, nobody knows that it was taken.
        if (steps[at].Type != "joined" || !steps.Skip(at + 1).Any(step => step.Place >= steps[at].Place)) return null;
        steps.RemoveAt(at);
        return steps;
    });

    [Fact]
    public void An_end_of_a_place_that_is_told_twice_is_found() => IsFound(Invariant.Line, (steps, at) =>
    {
        if (steps[at].Type != "left") return null;
        steps.Insert(at, steps[at]);
        return steps;
    });

    [Fact]
    public void Two_places_that_changed_their_turn_are_found() => IsFound(Invariant.Line, (steps, at) =>
    {
        var next = steps.FindIndex(at + 1, step => step.Type == "joined");
        if (steps[at].Type != "joined" || next < 0) return null;
        (steps[at], steps[next]) = (steps[next], steps[at]);
        return steps;
    });

    private static Step? Offer(List<Step> steps, int at) => steps[at].Type == "offered" ? steps[at] : null;

    private static Step To(Step offer, Step other) =>
        offer with { User = other.User, Version = other.Version, Place = other.Place };

    private static int IndexOfJoined(List<Step> steps, long place) =>
        steps.FindIndex(step => step.Type == "joined" && step.Place == place);

    // The places that joined before a step and are offered units or end by themselves only after it.
    private static IEnumerable<Step> WaitingAt(List<Step> steps, int at)
    {
        var ended = steps.Take(at).Where(step => step.Type is "offered" or "left").Select(step => step.Place)
            .ToHashSet();
        var unreserved = steps.Take(at).Where(step => step.Type == "unreserved")
            .Select(step => (step.User, step.Version)).ToHashSet();
        return steps.Take(at).Where(step => step.Type == "joined" && !ended.Contains(step.Place)
            && !unreserved.Contains((step.User, step.Version)));
    }

    // Spoils random histories at the first step at which it can be done, counted from a random one.
    private void IsFound(Invariant invariant, Func<List<Step>, int, List<Step>?> spoil)
    {
        var spoiled = 0;
        Gen.Select(Choices, Gen.Int[0, 10_000]).Sample((choices, from) =>
        {
            var steps = PlaceHistory.Of(choices);
            for (var tried = 0; tried < steps.Count; tried++)
            {
                if (spoil([.. steps], (from + tried) % steps.Count) is not { } worse) continue;
                Interlocked.Increment(ref spoiled);
                Audit(worse).Kept.ShouldContain(violation => violation.Invariant == invariant);
                return;
            }
        }, iter: Histories);
        output.WriteLine($"{spoiled} of {Histories} histories were spoiled so");
        spoiled.ShouldBeGreaterThan(Fewest);
    }

    private static Violations Audit(List<Step> steps) =>
        PlaceHistory.Write(steps).AuditAsync().GetAwaiter().GetResult().Violations;
}
