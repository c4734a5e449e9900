using System.Collections.Concurrent;
using System.Reflection;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Reservations;

/// <summary>How fronts tell each other of reservations: few calls, whoever watches where.</summary>
public sealed class ReservationFeedTests
{
    private static readonly Alias Someone = new(1, 2), SameHash = new(1, 3), Nobody = new(4, 5);
    private static readonly DateTimeOffset Noon = new(2012, 12, 19, 4, 0, 0, TimeSpan.Zero);

    private readonly News _news;
    private readonly IGrainFactory _grains = DispatchProxy.Create<IGrainFactory, Grains>();

    public ReservationFeedTests()
    {
        var news = DispatchProxy.Create<IReservationNewsGrain, News>();
        _news = (News)(object)news;
        ((Grains)(object)_grains).News = news;
    }

    [Fact]
    public async Task Who_watches_at_another_front_is_told_and_who_has_only_the_same_hash_is_not()
    {
        var (here, there) = (Front(), Front());
        var (watching, other) = (there.Join(Someone), there.Join(SameHash));
        there.Reservations.Refresh();
        await Eventually.HoldsAsync(() => _news.Calls.Count == 1, "the other front knows where the news begin");

        var change = new ReservationChange(Someone, Noon);
        here.Reservations.Tell(change);
        await Eventually.HoldsAsync(
            () =>
            {
                there.Reservations.Refresh();
                return watching.Latest.Reservation == change;
            },
            "they are told");
        other.Latest.Reservation.ShouldBeNull();
    }

    [Fact]
    public async Task However_many_reserve_the_calls_are_few_and_every_change_is_in_one()
    {
        const int Count = 1_000;
        var front = Front();
        var changes = Enumerable.Range(0, Count)
            .Select(i => new ReservationChange(new Alias((ulong)i, 7), Noon)).ToArray();
        var began = TimeProvider.System.GetTimestamp();
        foreach (var change in changes) front.Reservations.Tell(change);
        await Eventually.HoldsAsync(() => _news.Calls.Sum(call => call.Length) == Count, "all are told");
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        _news.Calls.Count.ShouldBeLessThanOrEqualTo(2 + (int)(elapsed / ReservationFeed.MinInterval));
        _news.Calls.SelectMany(call => call).ShouldBe(changes, ignoreOrder: true);
    }

    [Fact]
    public async Task A_front_at_which_nobody_watches_and_nobody_reserves_asks_nothing()
    {
        var front = Front();
        front.Reservations.Refresh();
        front.Leave(front.Join(Nobody));
        front.Reservations.Refresh();
        front.Reservations.Tell(new ReservationChange(Someone, Noon));
        await Eventually.HoldsAsync(() => !_news.Calls.IsEmpty, "it asks when somebody reserves");
        _news.Calls.Single().Length.ShouldBe(1, "there was no call before");
    }

    [Fact]
    public async Task After_a_call_that_failed_the_next_one_is_made()
    {
        var front = Front();
        var watching = front.Join(Someone);
        _news.Fails = true;
        front.Reservations.Tell(new ReservationChange(Someone, Noon));
        _news.Fails = false;
        var change = new ReservationChange(Someone, null);
        front.Reservations.Tell(change);
        await Eventually.HoldsAsync(() => watching.Latest.Reservation == change, "the next change is told");
    }

    private WatchedBuyers Front() => new("mi2-1", _grains);

    /// <summary>Finds one actor.</summary>
    public class Grains : DispatchProxy
    {
        internal IReservationNewsGrain? News { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.GetGenericArguments()[0] == typeof(IReservationNewsGrain)
                ? News : throw new OrleansException("no silo");
    }

    /// <summary>The actor, which keeps everything.</summary>
    public class News : DispatchProxy
    {
        private readonly List<ReservationChange> _all = [];

        internal ConcurrentQueue<ReservationChange[]> Calls { get; } = [];

        internal bool Fails { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (Fails) throw new OrleansException("no silo");
            var (changes, since) = ((ReservationChange[])args![0]!, (long?)args[1]);
            lock (_all)
            {
                var from = since ?? _all.Count;
                _all.AddRange(changes);
                Calls.Enqueue(changes);
                return Task.FromResult(new ReservationNews([.. _all.Skip((int)from)], _all.Count));
            }
        }
    }
}
