using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>What a buyer has in a batch, as far as it was once told. Wait on it for the next reading.</summary>
/// <param name="page">Their orders, oldest first, and their place in the line.</param>
/// <param name="reservation">The last change of their reservation; null: none was told.</param>
public sealed class BuyerReading(OrderPage page, ReservationChange? reservation)
{
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The orders, oldest first.</summary>
    public OrderView[] Orders => page.Orders;

    /// <summary>The newest place; null: none.</summary>
    public PlaceView? Place => page.Place;

    internal OrderPage Page => page;

    /// <summary>The last change of the reservation; null: none was told.</summary>
    public ReservationChange? Reservation => reservation;

    /// <summary>Completes when there is a newer one.</summary>
    public Task Superseded => _superseded.Task;

    internal void Supersede() => _superseded.TrySetResult();
}

/// <summary>A buyer who watches what they have at this front, by one stream or several.</summary>
/// <param name="alias">Their alias in the batch.</param>
public sealed class WatchedBuyer(Alias alias)
{
    private readonly Lock _publishing = new();
    private BuyerReading _latest = new(new OrderPage([]), null);

    /// <summary>Their alias in the batch.</summary>
    public Alias Alias => alias;

    /// <summary>The newest reading; without orders before the first.</summary>
    public BuyerReading Latest => Volatile.Read(ref _latest);

    internal int Streams { get; set; }

    internal void Publish(OrderPage page) => Publish(last => new BuyerReading(page, last.Reservation));

    internal void Publish(ReservationChange reservation) =>
        Publish(last => new BuyerReading(last.Page, reservation));

    private void Publish(Func<BuyerReading, BuyerReading> next)
    {
        BuyerReading last;
        lock (_publishing)
        {
            last = _latest;
            Volatile.Write(ref _latest, next(last));
        }
        last.Supersede();
    }
}

/// <summary>
/// The buyers who watch what they have in one batch at this front. The poll of the board says whom new entries concern.
/// The orders of those who watch are read anew, many buyers in one call and one call at a time. So nobody polls for one
/// user, and at the opening of a sale the batch gets few calls, however many watch. Those who wait in the line are read
/// anew from time to time, because others' moves change how many are ahead.
/// </summary>
public sealed class WatchedBuyers
{
    /// <summary>How often those who wait in the line are read anew, while up to 10,000 of them watch.</summary>
    public static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private const int WaitingPerInterval = 10_000;

    private readonly string _batch;
    private readonly IGrainFactory _grains;
    private readonly Lock _changing = new();
    private readonly TimeProvider _monotonic = TimeProvider.System;

    // Two aliases may have the same hash. Then both are read when one of them is touched.
    private readonly Dictionary<ulong, List<WatchedBuyer>> _byHash = [];
    private readonly HashSet<WatchedBuyer> _touched = [];
    private bool _isReading;
    private long _lineReadAt;
    private TimeSpan _lineInterval = LineInterval;

    /// <param name="batch">The batch.</param>
    /// <param name="grains">The actors.</param>
    public WatchedBuyers(string batch, IGrainFactory grains)
    {
        (_batch, _grains) = (batch, grains);
        Reservations = new ReservationFeed(batch, grains, this);
    }

    /// <summary>The changes of the batch's reservations.</summary>
    public ReservationFeed Reservations { get; }

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

    /// <summary>Whether anybody watches.</summary>
    internal bool Any
    {
        get
        {
            lock (_changing) return _byHash.Count > 0;
        }
    }

    /// <summary>Tells a buyer, if they watch, that their reservation has changed.</summary>
    internal void Tell(ReservationChange change)
    {
        WatchedBuyer? buyer;
        lock (_changing) buyer = _byHash.GetValueOrDefault(change.Alias.High)?.Find(each => each.Alias == change.Alias);
        buyer?.Publish(change);
    }

    /// <summary>Notes whom new entries concern. Their orders are read at <see cref="ReadTouched"/>.</summary>
    /// <param name="hashes">Hashes of aliases: <see cref="Alias.High"/>; 0: everybody.</param>
    internal void Touch(ReadOnlySpan<ulong> hashes)
    {
        lock (_changing)
        {
            if (_byHash.Count == 0) return;
            foreach (var hash in hashes)
            {
                if (hash == BoardUpdate.Everybody) _touched.UnionWith(_byHash.Values.SelectMany(same => same));
                else if (_byHash.TryGetValue(hash, out var same)) _touched.UnionWith(same);
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
                var pages = await _grains.GetGrain<ISaleBatchGrain>(_batch)
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
