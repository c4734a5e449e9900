using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// A buyer's orders from a batch, and their place in its line, as they were once read. Wait on it for the next reading.
/// </summary>
/// <param name="page">The orders, oldest first, and the place.</param>
public sealed class OrdersReading(OrderPage page)
{
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The orders, oldest first.</summary>
    public OrderView[] Orders => page.Orders;

    /// <summary>The newest place; null: none.</summary>
    public PlaceView? Place => page.Place;

    /// <summary>Completes when there is a newer one.</summary>
    public Task Superseded => _superseded.Task;

    internal void Supersede() => _superseded.TrySetResult();
}

/// <summary>A buyer who watches their orders at this front, by one stream or several.</summary>
/// <param name="alias">Their alias in the batch.</param>
public sealed class WatchedBuyer(Alias alias)
{
    private OrdersReading _latest = new(new OrderPage([]));

    /// <summary>Their alias in the batch.</summary>
    public Alias Alias => alias;

    /// <summary>The newest reading; without orders before the first.</summary>
    public OrdersReading Latest => Volatile.Read(ref _latest);

    internal int Streams { get; set; }

    internal void Publish(OrderPage page)
    {
        var last = _latest;
        Volatile.Write(ref _latest, new OrdersReading(page));
        last.Supersede();
    }
}

/// <summary>
/// The buyers who watch their orders of one batch at this front. The poll of the board says whom new entries concern.
/// The orders of those who watch are read anew, many buyers in one call and one call at a time. So nobody polls for one
/// user, and at the opening of a sale the batch gets few calls, however many watch. Those who wait in the line are read
/// anew from time to time, because others' moves change how many are ahead.
/// </summary>
public sealed class WatchedBuyers(string batch, IGrainFactory grains)
{
    /// <summary>How often those who wait in the line are read anew, while up to 10,000 of them watch.</summary>
    public static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private const int WaitingPerInterval = 10_000;

    private readonly Lock _changing = new();
    private readonly TimeProvider _monotonic = TimeProvider.System;

    // Two aliases may have the same hash. Then both are read when one of them is touched.
    private readonly Dictionary<ulong, List<WatchedBuyer>> _byHash = [];
    private readonly HashSet<WatchedBuyer> _touched = [];
    private bool _isReading;
    private long _lineReadAt;
    private TimeSpan _lineInterval = LineInterval;

    /// <summary>One more stream of a buyer; their orders are read now. Ends with <see cref="Leave"/>.</summary>
    public WatchedBuyer Join(Alias alias)
    {
        WatchedBuyer? buyer;
        lock (_changing)
        {
            if (!_byHash.TryGetValue(alias.High, out var same)) _byHash[alias.High] = same = [];
            buyer = same.Find(each => each.Alias == alias);
            if (buyer is null) same.Add(buyer = new WatchedBuyer(alias));
            buyer.Streams++;
            _touched.Add(buyer);
        }
        ReadTouched();
        return buyer;
    }

    /// <summary>One stream of a buyer less.</summary>
    public void Leave(WatchedBuyer buyer)
    {
        lock (_changing)
        {
            if (--buyer.Streams > 0) return;
            _touched.Remove(buyer);
            var same = _byHash[buyer.Alias.High];
            same.Remove(buyer);
            if (same.Count == 0) _byHash.Remove(buyer.Alias.High);
        }
    }

    /// <summary>Notes whom new entries concern. Their orders are read at <see cref="ReadTouched"/>.</summary>
    /// <param name="hashes">Hashes of aliases: <see cref="Alias.High"/>.</param>
    internal void Touch(ReadOnlySpan<ulong> hashes)
    {
        lock (_changing)
        {
            if (_byHash.Count == 0) return;
            foreach (var hash in hashes)
            {
                if (_byHash.TryGetValue(hash, out var same)) _touched.UnionWith(same);
            }
        }
    }

    /// <summary>Notes those who wait in the line, if it is time to read their places anew.</summary>
    internal void TouchWaiting()
    {
        if (_monotonic.GetElapsedTime(_lineReadAt) < _lineInterval) return;
        _lineReadAt = _monotonic.GetTimestamp();
        lock (_changing)
        {
            var before = _touched.Count;
            foreach (var same in _byHash.Values)
                _touched.UnionWith(same.Where(buyer => buyer.Latest.Place is { State: PlaceState.Waiting }));
            _lineInterval = LineInterval * (1 + (_touched.Count - before) / WaitingPerInterval);
        }
    }

    /// <summary>
    /// Reads the orders of those who were touched. If the batch does not answer, the next call reads them.
    /// </summary>
    internal void ReadTouched()
    {
        lock (_changing)
        {
            if (_isReading || _touched.Count == 0) return;
            _isReading = true;
        }
        _ = ReadAsync();
    }

    private async Task ReadAsync()
    {
        while (TakeTouched() is { Length: > 0 } buyers)
        {
            try
            {
                var pages = await grains.GetGrain<ISaleBatchGrain>(batch)
                    .ListOrdersOfEachAsync([.. buyers.Select(buyer => buyer.Alias)]);
                for (var i = 0; i < buyers.Length; i++) buyers[i].Publish(pages[i]);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The poll of the board, which comes before the next reading, reports a batch that does not answer.
                PutBack(buyers);
                return;
            }
        }
    }

    // None: nobody is left, and the reading has ended.
    private WatchedBuyer[] TakeTouched()
    {
        lock (_changing)
        {
            WatchedBuyer[] taken = [.. _touched.Take(ISaleBatchGrain.MaxBuyers)];
            _touched.ExceptWith(taken);
            _isReading = taken.Length > 0;
            return taken;
        }
    }

    private void PutBack(WatchedBuyer[] buyers)
    {
        lock (_changing)
        {
            _touched.UnionWith(buyers.Where(buyer => buyer.Streams > 0));
            _isReading = false;
        }
    }
}
