using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>The engine in one process, on SQLite files or a PostgreSQL.</summary>
internal sealed class EngineStage(EngineUnderLoad engine, Contender contender)
    : Stage(engine.Secrets, engine.Processes[0], engine.Postgres?.ProcessId)
{
    private const int ViolationsShown = 5, ReservingConnections = 512;

    /// <summary>Users who reserve beyond the stock: whoever comes too late has a reservation too.</summary>
    private const int Latecomers = 2;

    /// <summary>Reservations close when the sale opens, and that is after all measurements.</summary>
    private static readonly TimeSpan ReservableFor = TimeSpan.FromHours(12);

    private readonly Market _market = new(engine);

    public override Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) =>
        contender.NeedsReservations
            ? OpenToReservedAsync(batch, stock, cancellationToken)
            : _market.CreateAsync(
                batch, stock, contender.Asked == Asked.Reservation ? DateTimeOffset.UtcNow + ReservableFor : null);

    public override async Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        if (contender.Asked == Asked.Reservation)
            return new StoredRoster((await _market.RosterAsync(batch)).Keys.ToHashSet(StringComparer.Ordinal));
        var userOf = contender.NeedsReservations ? await NamesAsync(batch) : RequestWriter.UserOf;
        var sale = await _market.ReadAsync(batch, cancellationToken);
        return new StoredSale(
            sale.Terms?.Stock ?? 0,
            sale.Units.Free,
            [.. sale.Orders.Select(order =>
                new OrderTold($"{batch}.{order.Seq}", userOf(order.Alias), order.Units[0]))],
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }

    protected override ValueTask EndAsync()
    {
        _market.Dispose();
        return engine.DisposeAsync();
    }

    /// <summary>All have reserved when this returns, and the batch is on sale.</summary>
    private async Task OpenToReservedAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        using var wire = _market.Connect(ReservingConnections);
        var (opens, _) = await _market.ReserveAsync(batch, stock, stock + Latecomers, wire, cancellationToken);
        if (contender.Asked == Asked.Reply && await _market.AnnounceAsync(batch) is var post
            && post != RequestWriter.PostOf(batch))
        {
            throw new EngineException($"the first post of {batch} is {post}");
        }

        await Market.OpenedAsync(opens);
    }

    /// <summary>Finds users by their aliases in the list of reservations; an alias that is not there stays.</summary>
    private async Task<Func<string, string>> NamesAsync(string batch)
    {
        var users = (await _market.RosterAsync(batch))
            .ToDictionary(one => one.Value, one => one.Key, StringComparer.Ordinal);
        return alias => users.GetValueOrDefault(alias, alias);
    }
}
