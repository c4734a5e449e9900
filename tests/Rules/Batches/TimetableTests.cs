using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Rules.Batches;

public class TimetableTests
{
    // Schedule of LiveBatch.TermsOf, relative to the opening, ms.
    private const long Opens = -7_200_000;
    private const long Ends = -3_600_000;
    private const long Sale = 0;
    private const long Over = 3_600_000;

    [Theory]
    [InlineData(Opens - 1, Phase.Announced)]
    [InlineData(Opens, Phase.Reserving)]
    [InlineData(Opens + 1, Phase.Reserving)]
    [InlineData(Ends - 1, Phase.Reserving)]
    [InlineData(Ends, Phase.Waiting)]
    [InlineData(Sale - 1, Phase.Waiting)]
    [InlineData(Sale, Phase.OnSale)]
    [InlineData(Over - 1, Phase.OnSale)]
    [InlineData(Over, Phase.Closed)]
    [InlineData(Over + 1, Phase.Closed)]
    public void A_phase_begins_at_its_instant_and_ends_before_the_next(long at, Phase phase) =>
        PhaseAt(at).ShouldBe(phase);

    [Theory]
    [InlineData(Opens - 1, Phase.Announced)]
    [InlineData(Opens, Phase.Reserving)]
    [InlineData(Ends, Phase.Waiting)]
    [InlineData(Sale - 1, Phase.Waiting)]
    [InlineData(Sale, Phase.Paused)]
    [InlineData(Over - 1, Phase.Paused)]
    [InlineData(Over, Phase.Closed)]
    public void A_pause_shows_from_the_opening_until_the_end(long at, Phase phase)
    {
        PhaseAt(at, paused: true).ShouldBe(phase);
        PhaseAt(at, paused: true, free: 0).ShouldBe(phase);
    }

    [Theory]
    [InlineData(Opens - 1)]
    [InlineData(Ends)]
    [InlineData(Sale)]
    [InlineData(Over)]
    public void A_closed_batch_is_closed_whenever_and_whatever_else(long at)
    {
        foreach (var paused in new[] { false, true })
        {
            PhaseAt(at, paused, closed: true).ShouldBe(Phase.Closed);
            PhaseAt(at, paused, closed: true, free: 0).ShouldBe(Phase.Closed);
        }
    }

    [Theory]
    [InlineData(Sale - 1, Phase.Waiting)]
    [InlineData(Sale, Phase.SoldOut)]
    [InlineData(Over - 1, Phase.SoldOut)]
    [InlineData(Over, Phase.Closed)]
    public void Sold_out_shows_only_while_the_sale_is_open(long at, Phase phase) =>
        PhaseAt(at, free: 0).ShouldBe(phase);

    [Fact]
    public void A_sale_may_open_at_the_instant_at_which_reservations_close()
    {
        var schedule = LiveBatch.TermsOf().Schedule with { ReservationCloses = LiveBatch.Instant(LiveBatch.Opening) };
        Timetable.PhaseAt(schedule, LiveBatch.Instant(LiveBatch.Opening - 1), false, false, 1)
            .ShouldBe(Phase.Reserving);
        Timetable.PhaseAt(schedule, LiveBatch.Instant(LiveBatch.Opening), false, false, 1).ShouldBe(Phase.OnSale);
    }

    [Theory]
    [InlineData(Opens - 1, false)]
    [InlineData(Opens, true)]
    [InlineData(Ends - 1, true)]
    [InlineData(Ends, false)]
    public void The_reservation_window_includes_its_beginning_and_excludes_its_end(long at, bool reserving) =>
        Timetable.IsReserving(LiveBatch.TermsOf().Schedule, LiveBatch.Instant(LiveBatch.Opening + at))
            .ShouldBe(reserving);

    private static Phase PhaseAt(long at, bool paused = false, bool closed = false, int free = 1) =>
        Timetable.PhaseAt(LiveBatch.TermsOf().Schedule, LiveBatch.Instant(LiveBatch.Opening + at), paused, closed,
            free);
}
