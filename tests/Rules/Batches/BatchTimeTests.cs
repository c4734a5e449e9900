using OrleansSale.Grains.Batches;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>The instant at which a batch decides, whatever its clock does.</summary>
public sealed class BatchTimeTests
{
    private const long Hour = 3_600_000;

    [Fact]
    public void Batch_time_is_the_clock_s_while_the_ledger_is_not_ahead_of_it()
    {
        var time = new BatchTime(0, TimeSpan.Zero);
        time.At(1_000, Ms(0)).ShouldBe(1_000);
        time.Entered(1_000);
        // The monotonic clock may run a little faster. That has no effect.
        time.At(1_500, Ms(510)).ShouldBe(1_500);
        time.At(2 * Hour, Ms(700)).ShouldBe(2 * Hour, "a clock that was behind is followed");
    }

    [Fact]
    public void A_clock_that_jumped_ahead_and_back_while_nothing_was_written_leaves_no_trace()
    {
        var time = new BatchTime(1_000, TimeSpan.Zero);
        time.At(1_000 + Hour, Ms(100)).ShouldBe(1_000 + Hour);
        time.At(1_200, Ms(200)).ShouldBe(1_200);
    }

    [Fact]
    public void Batch_time_goes_on_from_the_last_entry_when_the_clock_is_set_back()
    {
        var time = new BatchTime(0, TimeSpan.Zero);
        time.At(1_000 + Hour, Ms(1_000));
        time.Entered(1_000 + Hour);
        time.At(2_000, Ms(2_000)).ShouldBe(2_000 + Hour);
        time.At(2_000, Ms(62_000)).ShouldBe(62_000 + Hour, "whatever the clock says while it is behind");
        time.At(62_000, Ms(62_000)).ShouldBe(62_000 + Hour);
        time.Entered(62_000 + Hour);
        time.At(70_000, Ms(70_000)).ShouldBe(70_000 + Hour);
        // The clock is right once more, and so is the batch.
        time.At(80_000 + Hour, Ms(80_000)).ShouldBe(80_000 + Hour);
        time.At(80_500 + Hour, Ms(80_400)).ShouldBe(80_500 + Hour);
    }

    [Fact]
    public void An_activation_starts_at_the_last_entry_and_goes_on()
    {
        var time = new BatchTime(5 * Hour, Ms(400));
        time.At(4 * Hour, Ms(400)).ShouldBe(5 * Hour);
        time.At((4 * Hour) + 600, Ms(1_000)).ShouldBe((5 * Hour) + 600);
    }

    [Fact]
    public void Batch_time_never_runs_backwards_from_an_entry_to_the_next()
    {
        var random = new Random(20121221);
        for (var round = 0; round < 200; round++)
        {
            var (clock, monotonic, last) = (1_000_000L, 0L, 0L);
            var time = new BatchTime(0, TimeSpan.Zero);
            for (var step = 0; step < 200; step++)
            {
                var gone = random.Next(0, 5_000);
                monotonic += gone;
                clock += gone + (random.Next(10) == 0 ? random.Next(-(int)Hour, (int)Hour) : 0);
                var now = time.At(clock, Ms(monotonic));
                now.ShouldBeGreaterThanOrEqualTo(Math.Max(clock, last));
                if (random.Next(2) == 0) time.Entered(last = now);
            }
        }
    }

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
