using System.Reflection;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Orders;

/// <summary>How a front reads the orders of those who watch: few calls, and none in vain.</summary>
public sealed class WatchedBuyersTests
{
    private readonly Batch _batch;
    private readonly WatchedBuyers _buyers;

    public WatchedBuyersTests()
    {
        _batch = (Batch)DispatchProxy.Create<ISaleBatchGrain, Batch>();
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)grains).Batch = (ISaleBatchGrain)(object)_batch;
        _buyers = new WatchedBuyers("mi2-1", grains);
    }

    [Fact]
    public async Task Many_buyers_are_read_in_few_calls()
    {
        const int Count = 3 * ISaleBatchGrain.MaxBuyers;
        _batch.IsHeld = true;
        var watching = Enumerable.Range(1, Count).Select(i => _buyers.Join(Of(i))).ToArray();
        _batch.Calls.Count.ShouldBe(1, "one call at a time");
        _batch.Release();
        await UntilReadAsync(watching);
        _batch.Calls.Count.ShouldBeLessThanOrEqualTo(1 + 3);
        _batch.Calls.ShouldAllBe(call => call.Length <= ISaleBatchGrain.MaxBuyers);

        _batch.Calls.Clear();
        var before = watching.Select(buyer => buyer.Latest).ToArray();
        _buyers.Touch([.. watching.Select(buyer => buyer.Alias.High), 999_999_999]);
        _buyers.ReadTouched();
        await Task.WhenAll(before.Select(reading => reading.Superseded));
        _batch.Calls.Sum(call => call.Length).ShouldBe(Count, "each was read once");
        _batch.Calls.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Nobody_is_read_for_those_who_do_not_watch()
    {
        var buyer = _buyers.Join(Of(1));
        var again = _buyers.Join(Of(1));
        again.ShouldBe(buyer, "two streams of one buyer share the reading");
        await UntilReadAsync(buyer);
        _batch.Calls.Clear();
        _buyers.Leave(again);
        _buyers.Touch([Of(2).High]);
        _buyers.ReadTouched();
        _batch.Calls.ShouldBeEmpty();
        _buyers.Leave(buyer);
        _buyers.Touch([Of(1).High]);
        _buyers.ReadTouched();
        _batch.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_buyers_with_the_same_hash_each_get_their_own_orders()
    {
        var (one, other) = (new Alias(7, 1), new Alias(7, 2));
        var (first, second) = (_buyers.Join(one), _buyers.Join(other));
        await UntilReadAsync(first, second);
        var before = (first.Latest, second.Latest);
        _buyers.Touch([7]);
        _buyers.ReadTouched();
        await Task.WhenAll(before.Item1.Superseded, before.Item2.Superseded);
        first.Latest.Orders.ShouldHaveSingleItem().Buyer.ShouldBe(one);
        second.Latest.Orders.ShouldHaveSingleItem().Buyer.ShouldBe(other);
    }

    [Fact]
    public async Task What_could_not_be_read_is_read_the_next_time()
    {
        _batch.Fails = true;
        var buyer = _buyers.Join(Of(1));
        buyer.Latest.Orders.ShouldBeEmpty();
        _batch.Fails = false;
        _buyers.ReadTouched();
        await UntilReadAsync(buyer);
    }

    private static Alias Of(int number) => new((ulong)number, 1);

    private static async Task UntilReadAsync(params WatchedBuyer[] buyers) => await Eventually.HoldsAsync(
        () => buyers.All(buyer => buyer.Latest.Orders.Length == 1), "all have been read");

    /// <summary>Finds one actor.</summary>
    public class Grains : DispatchProxy
    {
        internal ISaleBatchGrain? Batch { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Batch;
    }

    /// <summary>A batch in which everybody has one order.</summary>
    public class Batch : DispatchProxy
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal List<Alias[]> Calls { get; } = [];

        internal bool Fails { get; set; }

        internal bool IsHeld { get; set; }

        internal void Release() => _released.SetResult();

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (Fails) throw new OrleansException("no silo");
            var buyers = (Alias[])args![0]!;
            lock (Calls) Calls.Add(buyers);
            return AnswerAsync(buyers);
        }

        private async Task<OrderPage[]> AnswerAsync(Alias[] buyers)
        {
            if (IsHeld) await _released.Task;
            return Array.ConvertAll(buyers, buyer => new OrderPage([new OrderView(
                2, "mi2-1", buyer, [1], OrderStatus.Paid, new Money(1, "CNY"), default, default, null, null)]));
        }
    }
}
