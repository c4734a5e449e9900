using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Live;

namespace OrleansSale.Tests.Api.Batches;

/// <summary>The live stream, on a front of its own: it takes its real time.</summary>
public sealed class LiveTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_viewer_gets_the_board_at_once_then_every_change_of_phase_and_pings_in_between()
    {
        var batch = await _sale.CreateAsync(stock: 3);
        await using var viewer = await WatchAsync(batch);

        var first = await viewer.NextAsync();
        first.EventType.ShouldBe("board");
        PhaseOf(first).ShouldBe("on-sale");
        // The event has the same members as the board that a GET returns.
        using var shown = JsonDocument.Parse(first.Data);
        Answer.NamesOf(shown.RootElement).ShouldBe((await _sale.BoardAsync(batch)).Names);

        foreach (var (action, phase) in ((string, string)[])[("pause", "paused"), ("resume", "on-sale"),
            ("close", "closed")])
        {
            await _sale.OperateAsync(batch, action);
            await viewer.UntilAsync(shows => PhaseOf(shows) == phase);
        }

        // Nothing changes any more. Within the interval a ping shows that the stream lives.
        var quiet = Stopwatch.StartNew();
        await viewer.UntilAsync(shows => shows.EventType == "ping");
        quiet.Elapsed.ShouldBeLessThan(LiveStreams.MaxSilence + Soon);
    }

    [Fact]
    public async Task A_phase_that_the_clock_changes_is_told_without_anybody_asking()
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        await using var viewer = await WatchAsync(batch);
        PhaseOf(await viewer.NextAsync()).ShouldBe("waiting");
        _sale.Clock.Advance(Offer.StageLasts);
        await viewer.UntilAsync(shows => PhaseOf(shows) == "on-sale");
    }

    [Fact]
    public async Task A_busy_batch_is_told_of_at_most_four_times_a_second_and_the_last_count_is_told()
    {
        const int buyers = 60;
        var batch = await _sale.CreateAsync(stock: buyers + 1);
        await using var viewer = await WatchAsync(batch);
        await viewer.NextAsync();
        var busy = Stopwatch.StartNew();
        var events = 0;
        var selling = SellAsync(batch, buyers);
        await viewer.UntilAsync(shows =>
        {
            if (shows.EventType != "board") return false;
            events++;
            using var board = JsonDocument.Parse(shows.Data);
            return board.RootElement.GetProperty("held").GetInt32() == buyers;
        });
        await selling;
        // One more than the rate allows, because the first interval may have begun before this clock was started.
        events.ShouldBeLessThanOrEqualTo((int)(busy.Elapsed.TotalSeconds * 4) + 2);
        events.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData(0, 0.25), InlineData(1, 0.25), InlineData(1_250, 0.25), InlineData(2_500, 0.5), InlineData(10_000, 2)]
    public void The_more_watch_the_less_often_they_are_told_of_counts(int viewers, double seconds) =>
        Frame.IntervalFor(viewers).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public async Task Who_comes_back_later_is_told_the_time_it_is_then()
    {
        var batch = await _sale.CreateAsync();
        await using (var viewer = await WatchAsync(batch)) await viewer.NextAsync();

        // Nobody watches or asks while the clock goes on, and the batch does not change.
        _sale.Clock.Advance(TimeSpan.FromMinutes(20));
        await using var returned = await WatchAsync(batch);
        using var board = JsonDocument.Parse((await returned.NextAsync()).Data);
        board.RootElement.GetProperty("serverTime").GetDateTimeOffset()
            .ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Streams_end_when_the_front_stops()
    {
        var batch = await _sale.CreateAsync();
        await using var viewer = await WatchAsync(batch);
        await viewer.NextAsync();

        var stopping = Stopwatch.StartNew();
        var stopped = _sale.Front.StopAsync();
        (await viewer.EndsAsync()).ShouldBeTrue("the stream ends, it does not break");
        await stopped.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        stopping.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25), "the host did not wait for its viewers to go");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    private Task<Viewer> WatchAsync(string batch) => Viewer.OpenAsync(_sale.Client, $"/api/batches/{batch}/live");

    private static string? PhaseOf(SseItem<string> item)
    {
        if (item.EventType != "board") return null;
        using var board = JsonDocument.Parse(item.Data);
        return board.RootElement.GetProperty("phase").GetString();
    }

    private async Task SellAsync(string batch, int buyers)
    {
        // Slow enough that the sales last for several events.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        foreach (var group in Enumerable.Range(0, buyers).Chunk(4))
        {
            await Task.WhenAll(group.Select(_ => _sale.OrderAsync(batch, _sale.NewUser())));
            await pace.WaitForNextTickAsync();
        }
    }
}
