using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>The page's idea of the server's clock.</summary>
public sealed class ClockTests(SaleStage stage)
{
    private const string Clock = "/js/clock.js";

    [Fact]
    public async Task It_is_not_set_before_the_first_round_trip()
    {
        (await stage.Modules.RunAsync<bool>(Clock, "return new m.ServerClock(() => 5).now() === null")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_truth_lies_within_its_uncertainty_whatever_the_ways_take()
    {
        var seed = (uint)Random.Shared.Next();
        var worst = await stage.Modules.RunAsync<double>(Clock, """
            let state = x >>> 0;
            const random = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
            let worst = -Infinity;
            for (let run = 0; run < 500; run += 1) {
              let now = 1000 * random();
              const offset = 1.7e12 + 1e6 * random();
              const clock = new m.ServerClock(() => now);
              for (let i = 0; i < 8; i += 1) {
                const sentAt = now;
                now += 1 + 400 * random();
                const stamp = Math.floor(now + offset);
                now += 1 + 400 * random();
                clock.addRoundTrip(stamp, sentAt, now);
                worst = Math.max(worst, Math.abs(clock.now() - now - offset) - clock.uncertaintyMs);
                now += 5000 * random();
              }
            }
            return worst;
            """, seed);
        worst.ShouldBeLessThanOrEqualTo(1e-3, $"seed {seed}");
    }

    [Fact]
    public async Task More_round_trips_narrow_it()
    {
        var uncertainty = await stage.Modules.RunAsync<double[]>(Clock, """
            const clock = new m.ServerClock(() => 0);
            clock.addRoundTrip(1_000_100, 0, 200);
            const first = clock.uncertaintyMs;
            clock.addRoundTrip(1_000_305, 300, 310);
            return [first, clock.uncertaintyMs];
            """);
        uncertainty[1].ShouldBeLessThan(uncertainty[0] / 10);
    }

    [Fact]
    public async Task An_answer_out_of_a_cache_does_not_set_it_back()
    {
        var moved = await stage.Modules.RunAsync<double>(Clock, """
            const clock = new m.ServerClock(() => 0);
            clock.addRoundTrip(1_000_005, 0, 10);
            const before = clock.now();
            clock.addRoundTrip(1_000_005, 900, 902);
            return Math.abs(clock.now() - before);
            """);
        moved.ShouldBeLessThan(1);
    }

    [Fact]
    public async Task A_machine_that_slept_catches_up_with_the_next_event()
    {
        var result = await stage.Modules.RunAsync<double[]>(Clock, """
            const clock = new m.ServerClock(() => 20);
            clock.addRoundTrip(1_000_005, 0, 10);
            const asksAgain = clock.addPast(1_060_000, 20);
            return [clock.now(), asksAgain ? 1 : 0];
            """);
        result[0].ShouldBeGreaterThanOrEqualTo(1_060_000);
        result[1].ShouldBe(1);
    }

    [Fact]
    public async Task A_server_clock_that_was_set_back_is_believed_in_the_end()
    {
        var now = await stage.Modules.RunAsync<double>(Clock, """
            const clock = new m.ServerClock(() => 0);
            clock.addRoundTrip(1_000_005, 0, 10);
            for (const sentAt of [1000, 2000, 3000])
              clock.addRoundTrip(500_005 + sentAt, sentAt, sentAt + 10);
            return clock.now();
            """);
        now.ShouldBe(500_000, tolerance: 10);
    }
}
