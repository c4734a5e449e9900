using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>How many purchases may wait, by what a batch has answered.</summary>
public sealed class LanePaceTests
{
    private const int Capacity = 20_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.25);

    [Fact]
    public void A_lane_of_which_nothing_is_known_is_as_long_as_its_capacity()
    {
        var pace = new LanePace(Capacity, LongestWait);
        (pace.MaxOpen, pace.MaxInCall).ShouldBe((Capacity, PurchaseCall.MaxCount));
    }

    [Theory]
    [InlineData(2_000, 2_500), InlineData(500, 625), InlineData(10, LanePace.MinOpen), InlineData(20_000, Capacity)]
    public void So_many_may_wait_as_the_batch_answers_in_the_longest_wait(double perSecond, int most)
    {
        var pace = Busy(new LanePace(Capacity, LongestWait), perSecond, seconds: 3);
        pace.MaxOpen.ShouldBeInRange(most * 99 / 100, most * 101 / 100);
        pace.MaxInCall.ShouldBe(Math.Min(pace.MaxOpen / 2, PurchaseCall.MaxCount),
            "while one call is under way the next one gathers");
    }

    [Fact]
    public void Few_at_a_time_say_nothing_of_the_pace()
    {
        var pace = new LanePace(Capacity, LongestWait);
        for (var call = 0; call < 1_000; call++) pace.Answered(1, wasFull: false, TimeSpan.FromMilliseconds(10));
        pace.MaxOpen.ShouldBe(Capacity);
    }

    [Fact]
    public void A_batch_that_was_late_and_is_fast_again_is_not_judged_slow()
    {
        // The batch moved to another silo, which replayed it and then stalled once more.
        var pace = new LanePace(Capacity, LongestWait);
        for (var call = 0; call < 100; call++)
        {
            var late = call is 0 or 50 or 51;
            pace.Answered(PurchaseCall.MaxCount, wasFull: true,
                late ? TimeSpan.FromSeconds(1.9) : TimeSpan.FromMilliseconds(5));
            pace.MaxOpen.ShouldBe(Capacity, $"after call {call}");
        }
    }

    [Fact]
    public void A_batch_that_becomes_faster_or_slower_is_judged_anew_within_seconds()
    {
        var pace = Busy(new LanePace(Capacity, LongestWait), 100, seconds: 20);
        Busy(pace, 4_000, seconds: 5).MaxOpen.ShouldBeInRange(4_500, 5_500);
        Busy(pace, 1_000, seconds: 5).MaxOpen.ShouldBeInRange(1_125, 1_375);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void When_the_rush_is_over_it_is_forgotten(bool isEmpty)
    {
        var pace = Busy(new LanePace(Capacity, LongestWait), 1_000, seconds: 3);
        if (isEmpty) pace.Forget();
        else pace.Answered(pace.MaxInCall - 1, wasFull: false, TimeSpan.FromSeconds(1));
        pace.MaxOpen.ShouldBe(Capacity);
    }

    [Theory, InlineData(1), InlineData(5)]
    public void A_small_capacity_is_never_exceeded(int capacity)
    {
        var pace = Busy(new LanePace(capacity, LongestWait), 2, seconds: 3);
        (pace.MaxOpen, pace.MaxInCall).ShouldBe((capacity, Math.Max(1, capacity / 2)));
    }

    private static LanePace Busy(LanePace pace, double perSecond, double seconds)
    {
        var busy = 0.0;
        for (var call = 0; call < LanePace.JudgedCalls || busy < seconds; call++)
        {
            var elapsed = pace.MaxInCall / perSecond;
            pace.Answered(pace.MaxInCall, wasFull: true, TimeSpan.FromSeconds(elapsed));
            busy += elapsed;
        }

        return pace;
    }
}
