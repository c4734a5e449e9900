using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;
using OrleansSale.Tests.Storage;

namespace OrleansSale.Tests.Cluster;

/// <summary>
/// The actors in a cluster, on a clock, a ledger, a grain storage and a payment provider that a test controls.
/// </summary>
public class SaleCluster : IAsyncLifetime
{
    internal const string KeyState = "batch-key";

    // Of batches that were never created: nobody is known there.
    private static readonly BatchKey NoKey = new(new byte[BatchKey.Length]);

    private readonly short _silos;
    private readonly int _graceSeconds;
    private readonly ConcurrentDictionary<string, BatchKey> _keys;
    private int _batches;
    private InProcessTestCluster? _cluster;

    /// <summary>One silo and the default grace; for tests that share it, each with batches of its own.</summary>
    public SaleCluster() : this(silos: 1)
    {
    }

    /// <summary>
    /// A cluster; one <paramref name="beside"/> another shares its storage and provider, and knows nothing of it. It
    /// shares the clock too, unless it has one of its own that starts elsewhere.
    /// </summary>
    internal SaleCluster(short silos, int graceSeconds = 30, SaleCluster? beside = null, DateTimeOffset? start = null)
    {
        (_silos, _graceSeconds) = (silos, graceSeconds);
        (Stored, Documents, Payments) = (beside?.Stored ?? new(), beside?.Documents ?? new(), beside?.Payments ?? new());
        _keys = beside?._keys ?? new();
        Clock = start is null && beside is not null ? beside.Clock : new SaleClock(start ?? SaleClock.Noon);
        Faults = new FaultyLedger(Stored);
        Ledger = new WatchedLedger(Faults);
    }

    /// <summary>The ledger as stored.</summary>
    public MemoryLedger Stored { get; }

    /// <summary>The ledger's faults.</summary>
    public FaultyLedger Faults { get; }

    /// <summary>The ledger as the actors see it.</summary>
    public WatchedLedger Ledger { get; }

    /// <summary>The clock.</summary>
    public SaleClock Clock { get; }

    /// <summary>The payment provider.</summary>
    public FakePayments Payments { get; }

    /// <summary>The silos whose clock is off.</summary>
    public ConcurrentDictionary<SiloAddress, bool> ClocksOff { get; } = new();

    /// <summary>The lines that the engine's actors log, from information on.</summary>
    public LogLines Log { get; } = new();

    /// <summary>The grain storage.</summary>
    public MemoryDocuments Documents { get; }

    /// <summary>The cluster.</summary>
    public InProcessTestCluster Cluster => _cluster!;

    /// <summary>
    /// Addresses actors from within the first silo, as the embedded front does: calls to one actor arrive in their
    /// order.
    /// </summary>
    public IGrainFactory Actors => Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>The catalogue.</summary>
    public ICatalogueGrain Catalogue => Actors.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(_silos);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.ServiceId = "sale";
        builder.ConfigureHost(host => host.Logging.ClearProviders());
        builder.ConfigureSilo((_, silo) => Configure(silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is null) return;
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    /// <summary>Gives a silo everything this cluster's silos share.</summary>
    internal void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<TimeProvider>(Clock);
        silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        silo.Services.AddSingleton<ILedger>(Ledger);
        silo.Services.AddSingleton<IPaymentProvider>(Payments);
        silo.Services.AddSingleton<IGrainStorage>(Documents);
        silo.Services.AddSingleton<IDocumentPurge>(Documents);
        silo.Services.AddSingleton<IClockCheck>(services =>
            new SiloClock(ClocksOff, services.GetRequiredService<ILocalSiloDetails>().SiloAddress));
        silo.Services.AddSingleton<BatchReminder>();
        silo.Services.AddSingleton<BatchLeads>();
        silo.Services.AddSingleton<RefundWatch>();
        silo.Services.AddSingleton<CheckoutWatch>();
        silo.Services.AddLogging(logging => logging.AddProvider(Log));
        silo.Services.AddOptions<OrderOptions>().Configure(orders => orders.GraceSeconds = _graceSeconds);
    }

    /// <summary>Starts a cluster and returns it.</summary>
    internal static async Task<SaleCluster> StartAsync(
        short silos = 1, int graceSeconds = 30, SaleCluster? beside = null, DateTimeOffset? start = null)
    {
        var cluster = new SaleCluster(silos, graceSeconds, beside, start);
        await cluster.InitializeAsync();
        return cluster;
    }

    /// <summary>The batch of this id.</summary>
    internal TestBatch Batch(string id) => Batch(id, Actors);

    /// <summary>The batch of this id, addressed from elsewhere.</summary>
    internal TestBatch Batch(string id, IGrainFactory actors) => new(id, actors.GetGrain<ISaleBatchGrain>(id), () => KeyOf(id));

    /// <summary>The order of this id.</summary>
    internal IOrderGrain Order(string id) => Actors.GetGrain<IOrderGrain>(id);

    /// <summary>The reservation of a user.</summary>
    internal UserReservation Reservation(string batch, string user) => Reservation(batch, user, Actors);

    /// <summary>The reservation of a user, addressed from elsewhere.</summary>
    internal UserReservation Reservation(string batch, string user, IGrainFactory actors) =>
        new(actors, batch, user, KeyOf(batch).AliasOf(user));

    /// <summary>The document of a batch's key, as stored; null: there is none.</summary>
    internal byte[]? StoredKeyOf(string batch) => Documents.Find<BatchKeyDocument>(KeyState, batch)?.Key;

    /// <summary>The actor of a batch's key.</summary>
    internal IBatchKeyGrain KeyActor(string batch) => Actors.GetGrain<IBatchKeyGrain>(batch);

    /// <summary>
    /// Creates a batch that is on sale now and for ten hours, under an id of its own, and returns the id.
    /// </summary>
    internal async Task<string> CreateBatchAsync(int stock = 10, int limit = 1, int windowSeconds = 900)
    {
        var id = $"b{Interlocked.Increment(ref _batches)}";
        (await Batch(id).Actor.CreateAsync(Requests.Terms(id, Clock.Now, stock, limit, windowSeconds))).Value.ShouldBe(Effect.Done);
        return id;
    }

    /// <summary>Ends the activation in an orderly way, and waits until it is gone.</summary>
    internal Task DeactivateAsync(IAddressable actor) => Cluster.DeactivateAsync(actor);

    /// <summary>Ends the activation of a batch in an orderly way, and waits until it is gone.</summary>
    internal Task DeactivateAsync(TestBatch batch) => DeactivateAsync(batch.Actor);

    /// <summary>The silo that an actor is active on; null: none.</summary>
    internal SiloAddress? PlaceOf(IAddressable actor) =>
        Cluster.TryGetGrainContext(actor.GetGrainId(), out var context) ? context.Address.SiloAddress : null;

    /// <summary>The silo that a batch is active on; null: none.</summary>
    internal SiloAddress? PlaceOf(TestBatch batch) => PlaceOf(batch.Actor);

    /// <summary>Activates an actor on a silo by its first call, which <paramref name="call"/> makes.</summary>
    internal static async Task<T> OnAsync<T>(SiloAddress silo, Func<Task<T>> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        return await call();
    }

    // Read from storage while it is there: a batch whose ledger and documents were lost gets another one.
    private BatchKey KeyOf(string batch)
    {
        if (StoredKeyOf(batch) is { } stored) return _keys[batch] = new BatchKey(stored);
        return _keys.GetValueOrDefault(batch, NoKey);
    }

    private sealed class SiloClock(ConcurrentDictionary<SiloAddress, bool> off, SiloAddress self) : IClockCheck
    {
        public string? Fault => off.ContainsKey(self) ? "the clock is off" : null;
    }
}
