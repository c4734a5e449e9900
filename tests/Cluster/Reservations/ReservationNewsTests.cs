using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>What the actor that hands on changes of reservations keeps, and what it forgets.</summary>
public sealed class ReservationNewsTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 19, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_front_gets_what_came_since_it_last_asked()
    {
        var news = Of("news-1");
        var here = (await news.ExchangeAsync([], null)).Position;
        var there = await news.ExchangeAsync([By(1), By(2)], null);
        there.Changes.ShouldBe([By(1), By(2)]);
        (await news.ExchangeAsync([], there.Position)).Changes.ShouldBeEmpty();
        var (changes, position) = await ReadAsync(news, here);
        changes.ShouldBe([By(1), By(2)]);
        position.ShouldBe(there.Position);
        (await news.ExchangeAsync([By(3)], here)).Changes.ShouldBe([By(1), By(2), By(3)]);
    }

    [Fact]
    public async Task It_keeps_only_the_latest()
    {
        var news = Of("news-2");
        var begins = (await news.ExchangeAsync([], null)).Position;
        var many = Enumerable.Range(0, IReservationNewsGrain.MaxKept).Select(By).ToArray();
        await news.ExchangeAsync(many, begins);
        var last = await news.ExchangeAsync([By(-1), By(-2)], begins);
        last.Changes.ShouldBe([.. many[2..], By(-1), By(-2)]);
    }

    [Fact]
    public async Task A_front_that_knows_an_earlier_activation_gets_all_that_the_present_one_keeps()
    {
        var news = Of("news-3");
        var earlier = (await news.ExchangeAsync([By(1)], null)).Position;
        await sale.DeactivateAsync(news);
        sale.Clock.Advance(TimeSpan.FromSeconds(1));
        (await news.ExchangeAsync([By(2)], null)).Changes.ShouldBe([By(2)]);
        (await news.ExchangeAsync([], earlier)).Changes.ShouldBe([By(2)]);
    }

    private static async Task<(ReservationChange[] Changes, long Position)> ReadAsync(
        IReservationNewsGrain news, long since)
    {
        var read = await news.ExchangeAsync([], since);
        return (read.Changes, read.Position);
    }

    private static ReservationChange By(int user) => new(new Alias((ulong)(user + 10), 1), Noon);

    private IReservationNewsGrain Of(string batch) => sale.Actors.GetGrain<IReservationNewsGrain>(batch);
}
