using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A contender's processes on data of their own. Disposing ends them, and deletes the data.</summary>
/// <param name="host">The process of the web server. The engine's is its SQLite store too.</param>
/// <param name="storeProcess">The process of the store beside it, which may have children; null: there is none.</param>
internal class Stage(EngineProcess host, int? storeProcess = null) : IAsyncDisposable
{
    /// <summary>Where its web server listens.</summary>
    public Uri Address => host.Address;
    public int HostProcess => host.Id;
    public int? StoreProcess => storeProcess;

    /// <summary>The last lines of the web server, for diagnosis.</summary>
    public string Output => host.Output;

    /// <summary>Starts a contender's processes and waits until they are ready.</summary>
    /// <exception cref="EngineException">They did not start.</exception>
    public static async Task<Stage> StartAsync(
        Contender contender, EngineSecrets secrets, CancellationToken cancellationToken) =>
        contender.Host switch
        {
            Host.NoOp => new Stage(await StartHostAsync("noop", secrets, cancellationToken)),
            Host.NoOpWithTokens => new Stage(await StartHostAsync("noop-jwt", secrets, cancellationToken)),
            Host.RedisEverySecond => await RedisStage.StartAsync("everysec", secrets, cancellationToken),
            Host.RedisAlways => await RedisStage.StartAsync("always", secrets, cancellationToken),
            Host.Postgres => await PostgresStage.StartAsync(secrets, cancellationToken),
            Host.Engine => new EngineStage(
                await EngineUnderLoad.StartAsync(secrets, keeps: false, adjust: null, cancellationToken), secrets,
                contender),
            _ => new EngineStage(
                await EngineUnderLoad.StartOnPostgresAsync(secrets, cancellationToken), secrets, contender),
        };

    /// <summary>Puts in a fresh batch that takes what is asked of the contender.</summary>
    public virtual Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is stored of a batch, by the store itself or the engine's exports; null: nothing is.</summary>
    public virtual Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken) =>
        Task.FromResult<Stored?>(null);

    /// <summary>
    /// Stops all its processes: it must not so much as tick while another is measured. The web server first: nothing is
    /// asked of a store that is about to stop.
    /// </summary>
    public void Freeze() => Send([HostProcess, StoreProcess], Signals.Freeze);

    /// <summary>Continues all its processes. The store first: the web server that asks it finds it awake.</summary>
    public void Thaw() => Send([StoreProcess, HostProcess], Signals.Continue);

    public ValueTask DisposeAsync() => EndAsync();

    /// <summary>Ends the processes, and deletes the data.</summary>
    protected virtual ValueTask EndAsync() => host.DisposeAsync();

    /// <summary>
    /// Starts a comparator's web server. It runs on the engine's own runtime settings, in its folder (and so with its
    /// appsettings.json), and in the same environment.
    /// </summary>
    protected static Task<EngineProcess> StartHostAsync(
        string name, EngineSecrets secrets, CancellationToken cancellationToken, string? store = null)
    {
        var settings = new Dictionary<string, string> { ["contender"] = name };
        if (store is not null) settings[name] = store;
        var program = WorkingCopy.ProgramOf("tests/Contenders") + ".dll";
        return EngineProcess.StartAsync(
            new EngineOptions("", secrets) { Assembly = program, Settings = settings }, cancellationToken);
    }

    private void Send(int?[] processes, Func<int, bool> signal)
    {
        var tree = ProcessTree.Read();
        foreach (var process in processes.OfType<int>())
        {
            // A child may have ended since; the process itself may not.
            if (!signal(process)) throw new EngineException($"a contender's process has ended:\n{Output}");
            foreach (var child in tree.Members(process).Skip(1)) _ = signal(child);
        }
    }
}

/// <summary>The engine in one process, on SQLite files or a PostgreSQL.</summary>
internal sealed class EngineStage(EngineUnderLoad engine, EngineSecrets secrets, Contender contender)
    : Stage(engine.Processes[0], engine.Postgres?.ProcessId)
{
    private const int ViolationsShown = 5, ReservingConnections = 512;

    /// <summary>Users who reserve beyond the stock: whoever comes too late has a reservation too.</summary>
    private const int Latecomers = 2;

    /// <summary>Fewer reservations than this say nothing about how many can be made in a second.</summary>
    private const int LeastToGoBy = 1_000;

    /// <summary>Reservations in a second, as the first batch takes them for granted.</summary>
    private const double LikelyReservations = 1_000;

    /// <summary>Of the reservations a second that were seen last, what the next batch takes for granted.</summary>
    private const double Caution = 0.6;

    /// <summary>Reservations close when the sale opens, and that is after all measurements.</summary>
    private static readonly TimeSpan ReservableFor = TimeSpan.FromHours(12);

    private static readonly TimeSpan LeastReservable = TimeSpan.FromSeconds(3);

    private readonly Market _market = new(engine, secrets);
    private double _reservationsPerSecond = LikelyReservations;

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

    /// <summary>All have reserved when this returns, and the batch is on sale.</summary>
    private async Task OpenToReservedAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        var requests =
            RequestWriter.Many(0, stock + Latecomers, number => _market.Writer.Reservation(batch, number));
        var opens = DateTimeOffset.UtcNow + LeastReservable
            + TimeSpan.FromSeconds(requests.Length / _reservationsPerSecond);
        await _market.CreateAsync(batch, stock, opens);
        var reservations = new Requests(requests);
        await _market.SendAsync(reservations, ReservingConnections, cancellationToken);
        if (reservations.Good < reservations.Count)
            throw new EngineException($"not all could reserve: {reservations.Unexpected}");
        if (reservations.Count >= LeastToGoBy) _reservationsPerSecond = reservations.PerSecond * Caution;
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

    protected override ValueTask EndAsync()
    {
        _market.Dispose();
        return engine.DisposeAsync();
    }
}
