namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>The engine in one process, on SQLite files or a PostgreSQL.</summary>
internal sealed class EngineStage : Stage
{
    private const int ViolationsShown = 5, ReservingConnections = 512;

    /// <summary>Users who reserve beyond the stock: whoever comes too late has a reservation too.</summary>
    private const int Latecomers = 2;

    /// <summary>Reservations close when the sale opens, and that is after all measurements.</summary>
    private static readonly TimeSpan ReservableFor = TimeSpan.FromHours(12);

    private readonly Market _market;
    private readonly Contender _contender;

    public EngineStage(EngineUnderLoad engine, Contender contender)
        : this(new Market(engine), contender)
    {
    }

    private EngineStage(Market market, Contender contender)
        : base(market.Engine.Secrets, market.Engine.Processes[0], market.Engine.Postgres?.ProcessId, market) =>
        (_market, _contender) = (market, contender);

    public override async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        if (!_contender.NeedsReservations)
        {
            await _market.CreateAsync(
                batch, stock, _contender.Asked == Asked.Reservation ? DateTimeOffset.UtcNow + ReservableFor : null);
            return;
        }

        using var wire = _market.Connect(ReservingConnections);
        var (opens, _) = await _market.ReserveAsync(batch, stock, stock + Latecomers, wire, cancellationToken);
        if (_contender.Asked == Asked.Reply && await _market.AnnounceAsync(batch) is var post
            && post != RequestWriter.PostOf(batch))
        {
            throw new EngineException($"the first post of {batch} is {post}");
        }

        await Market.OpenedAsync(opens);
    }

    public override async Task<Stored?> ReadAsync(string batch, Told told, CancellationToken cancellationToken)
    {
        var reserved = _contender.NeedsReservations || _contender.Asked == Asked.Reservation
            ? await _market.RosterAsync(batch)
            : new Dictionary<string, string>();
        if (_contender.Asked == Asked.Reservation)
            return new Stored(null, 0, [.. reserved.Select(one => new OrderTold(one.Value, one.Key, 0))], []);
        // A ledger has aliases. Who reserved is in the list of reservations; the others' aliases are in their tickets.
        var users = _contender.NeedsReservations
            ? reserved.ToDictionary(one => one.Value, one => one.Key, StringComparer.Ordinal)
            : told.Orders.Select(order => order.User).Distinct(StringComparer.Ordinal)
                .ToDictionary(RequestWriter.AliasOf, StringComparer.Ordinal);
        var sale = await _market.ReadAsync(batch, cancellationToken);
        return new Stored(
            sale.Terms?.Stock ?? 0,
            sale.Units.Free,
            [.. sale.Orders.Select(order => new OrderTold(
                $"{batch}.{order.Seq}",
                users.GetValueOrDefault(order.Alias, order.Alias),
                order.Units[0]))],
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }
}
