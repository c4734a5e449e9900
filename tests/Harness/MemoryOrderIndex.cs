using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Tests.Harness;

/// <summary>The index of orders in memory, for fast tests of what stands on it. It can fail.</summary>
public sealed class MemoryOrderIndex : IOrderIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Indexed> _batches = new(StringComparer.Ordinal);
    private readonly List<string> _inOrder = [];

    private sealed record Indexed(SortedDictionary<long, (IndexedOrder Order, HashSet<int> Units)> Orders)
    {
        public IndexMark Mark { get; set; } = IndexMark.None;
    }

    /// <summary>While true every call fails.</summary>
    public bool IsDown { get; set; }

    /// <inheritdoc/>
    public Task<IndexMark> ReadMarkAsync(string batch, CancellationToken cancellationToken = default) =>
        UseAsync(() => _batches.TryGetValue(batch, out var found) ? found.Mark : IndexMark.None);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListMarksAsync(CancellationToken cancellationToken = default) =>
        UseAsync<IReadOnlyDictionary<string, long>>(
            () => _batches.ToDictionary(batch => batch.Key, batch => batch.Value.Mark.Seq));

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexedOrder>> ReadAsync(
        string batch, IReadOnlyCollection<long> orders, CancellationToken cancellationToken = default) =>
        UseAsync<IReadOnlyList<IndexedOrder>>(() => _batches.TryGetValue(batch, out var found)
            ? [.. orders.Where(found.Orders.ContainsKey).Select(order => found.Orders[order].Order)] : []);

    /// <inheritdoc/>
    public Task<bool> WriteAsync(
        string batch, IndexMark before, IndexMark after, IReadOnlyCollection<IndexedOrder> orders,
        CancellationToken cancellationToken = default) => UseAsync(() =>
        {
            if (!_batches.TryGetValue(batch, out var found))
            {
                if (before.Seq != 0) return false;
                _batches.Add(batch, found = new Indexed([]));
                _inOrder.Add(batch);
            }
            if (found.Mark.Seq != before.Seq || !found.Mark.Hash.AsSpan().SequenceEqual(before.Hash)) return false;
            found.Mark = after;
            foreach (var order in orders)
            {
                var units = found.Orders.TryGetValue(order.Seq, out var row) ? row.Units : [];
                units.UnionWith(order.Units);
                found.Orders[order.Seq] = (order, units);
            }
            return true;
        });

    /// <inheritdoc/>
    public Task ClearAsync(string batch, CancellationToken cancellationToken = default) =>
        UseAsync(() => _batches.Remove(batch) && _inOrder.Remove(batch));

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundOrder>> FindAsync(
        OrderQuery query, CancellationToken cancellationToken = default) =>
        UseAsync<IReadOnlyList<FoundOrder>>(() =>
        [
            .. _inOrder.Skip(query.After is { } before ? _inOrder.IndexOf(before.Batch) : 0)
                .Where(batch => query.Batch is null || batch == query.Batch)
                .SelectMany(batch => _batches[batch].Orders.Values.Select(row => (batch, row.Order, row.Units)))
                .Where(row => query.After is not { } after || row.batch != after.Batch || row.Order.Seq > after.Seq)
                .Where(row => query.Buyers?.Contains(new BatchBuyer(row.batch, row.Order.Buyer)) != false)
                .Where(row => query.Status is null || row.Order.Status == query.Status)
                .Where(row => query.Unit is not { } unit || row.Units.Contains(unit))
                .Select(row => new FoundOrder(row.batch, row.Order.Seq)).Take(query.Limit),
        ]);

    private Task<T> UseAsync<T>(Func<T> use)
    {
        if (IsDown) return Task.FromException<T>(new SaleUnavailableException("A test took the index down."));
        lock (_lock) return Task.FromResult(use());
    }
}
