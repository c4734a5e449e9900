using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Grains.Payments;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A sale to test against: the engine's actors in a cluster of their own, with a clock that only the test moves, a
/// ledger and documents that can fail, a payment provider that can decline, lie and fall silent, and silos to kill.
/// </summary>
/// <example>
/// <code> await using var sale = await SaleHarness.StartAsync(); var batch = await sale.CreateBatchAsync(stock: 1,
/// opensIn: TimeSpan.FromMinutes(10)); var alice = batch.Buyer("weibo:alice"); await alice.ReserveAsync(); await
/// sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens); await alice.PayAsync(await alice.BuyAsync()); var ledger
/// = await sale.AuditAsync(batch); </code>
/// </example>
/// <remarks>A fixture of a test framework may derive from it; call <see cref="InitializeAsync"/> once, then.</remarks>
public class SaleHarness : IAsyncDisposable
{
    /// <summary>The kind of document that holds a batch's key.</summary>
    public const string KeyState = "batch-key";

    // For batches that were never created. They know no users.
    private static readonly BatchKey NoKey = new(new byte[BatchKey.Length]);

    private readonly SaleHarnessOptions _options;
    private readonly ConcurrentDictionary<string, BatchKey> _keys;
    private readonly ConcurrentDictionary<string, BatchTerms> _terms = new();
    private readonly RunningSilos _silos;
    private int _batches;

    /// <summary>A harness that is not started: see <see cref="StartAsync"/>.</summary>
    public SaleHarness()
        : this(new SaleHarnessOptions())
    {
    }

    /// <summary>A harness that is not started: see <see cref="StartAsync"/>.</summary>
    public SaleHarness(SaleHarnessOptions options)
    {
        _options = options;
        var beside = options.Beside;
        (Stored, Documents) = (beside?.Stored ?? new(), beside?.Documents ?? new());
        (Payments, Posts) = (beside?.Payments ?? new(), beside?.Posts ?? new());
        (Index, Webhooks) = (beside?.Index ?? new(), beside?.Webhooks ?? new());
        _keys = beside?._keys ?? new();
        Clock = options.Start is null && beside is not null
            ? beside.Clock : new SaleClock(options.Start ?? SaleClock.Noon);
        Ledger = new FaultyLedger(Stored);
        _silos = RunningSilos.Build(options, silo =>
        {
            Configure(silo);
            options.ConfigureSilo?.Invoke(silo);
        });
    }

    /// <summary>The ledger as stored, whatever fails. Tests may tamper with it.</summary>
    public MemoryLedger Stored { get; }

    /// <summary>The ledger as the actors see it, and its faults.</summary>
    public FaultyLedger Ledger { get; }

    /// <summary>The documents beside the ledger, and their faults.</summary>
    public MemoryDocuments Documents { get; }

    /// <summary>The payment provider, and its faults.</summary>
    public FakePayments Payments { get; }

    /// <summary>The channels that take posts and messages: none, until a test names them.</summary>
    public FakePosts Posts { get; }

    /// <summary>The index of orders; it stays empty without <see cref="SaleHarnessOptions.Follows"/>.</summary>
    public MemoryOrderIndex Index { get; }

    /// <summary>What takes webhooks.</summary>
    public FakeWebhooks Webhooks { get; }

    /// <summary>The clock: it stands still until a test moves it.</summary>
    public SaleClock Clock { get; }

    /// <summary>The lines that the engine's actors log, from information on.</summary>
    public LogLines Log { get; } = new();

    /// <summary>The silos whose clock is off: they take no batch.</summary>
    public ConcurrentDictionary<SiloAddress, bool> ClocksOff { get; } = new();

    /// <summary>The silos that run.</summary>
    public IReadOnlyList<SiloAddress> Silos => _silos.Addresses;

    /// <summary>A client of the cluster.</summary>
    public IClusterClient Client => _silos.Client;

    /// <summary>
    /// The cluster over sockets, for what is not offered here; null: this one runs within the process.
    /// </summary>
    public TestCluster? Sockets => _silos.Sockets;

    /// <summary>
    /// Addresses actors from within the first silo, as the embedded front does: calls to one actor arrive in their
    /// order.
    /// </summary>
    public IGrainFactory Actors => ActorsOn(Silos[0]);

    /// <summary>The catalogue.</summary>
    public ICatalogueGrain Catalogue => Actors.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);

    /// <summary>Starts a harness.</summary>
    /// <param name="options">How; null: one silo in the process.</param>
    public static async Task<SaleHarness> StartAsync(SaleHarnessOptions? options = null)
    {
        var harness = new SaleHarness(options ?? new());
        await harness.InitializeAsync();
        return harness;
    }

    /// <summary>Starts the silos, once.</summary>
    public async ValueTask InitializeAsync() => await _silos.DeployAsync();

    /// <summary>Stops the silos.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _silos.StopAsync();
    }

    /// <summary>Creates a batch under an id of its own.</summary>
    /// <param name="stock">Units offered.</param>
    /// <param name="limit">Units a user may have.</param>
    /// <param name="windowSeconds">From the hold to payBy.</param>
    /// <param name="opensIn">
    /// From now to the opening; reservations are taken until then. Null: it is on sale now, and takes no reservations
    /// any more.
    /// </param>
    /// <param name="change">Changes the terms before the batch is created.</param>
    public async Task<TestBatch> CreateBatchAsync(
        int stock = 10, int limit = 1, int windowSeconds = 900, TimeSpan? opensIn = null,
        Func<BatchTerms, BatchTerms>? change = null)
    {
        var terms = Requests.Terms(
            $"b{Interlocked.Increment(ref _batches)}", Clock.Now, stock, limit, windowSeconds, opensIn);
        terms = change?.Invoke(terms) ?? terms;
        var batch = Batch(terms.Id);
        var created = await batch.Actor.CreateAsync(terms);
        if (created is not { Value: Effect.Done })
            throw new RefusedException(created.Refused ?? Refusal.Conflict, created.Detail);
        _terms[terms.Id] = terms;
        return batch;
    }

    /// <summary>The batch of this id.</summary>
    public TestBatch Batch(string id) => Batch(id, Actors);

    /// <summary>The batch of this id, addressed from elsewhere.</summary>
    public TestBatch Batch(string id, IGrainFactory actors) => new(this, id, actors);

    /// <summary>The order of this id.</summary>
    public IOrderGrain Order(string id) => Actors.GetGrain<IOrderGrain>(id);

    /// <summary>The reservation of a user.</summary>
    public UserReservation Reservation(string batch, string user) => Reservation(batch, user, Actors);

    /// <summary>The reservation of a user, addressed from elsewhere.</summary>
    public UserReservation Reservation(string batch, string user, IGrainFactory actors) =>
        new(actors, batch, user, KeyOf(batch).AliasOf(user));

    /// <summary>The actor of a batch's key.</summary>
    public IBatchKeyGrain KeyActor(string batch) => Actors.GetGrain<IBatchKeyGrain>(batch);

    /// <summary>The key of a batch, as stored; null: there is none.</summary>
    public byte[]? StoredKeyOf(string batch) => Documents.Find<BatchKeyDocument>(KeyState, batch)?.Key;

    /// <summary>
    /// The key of a batch, which turns users into aliases; the last one that was stored if it was removed. A batch that
    /// was never created has one that no other has.
    /// </summary>
    public BatchKey KeyOf(string batch)
    {
        if (StoredKeyOf(batch) is { } stored) return _keys[batch] = new BatchKey(stored);
        return _keys.GetValueOrDefault(batch, NoKey);
    }

    /// <summary>Addresses actors from within a silo.</summary>
    public IGrainFactory ActorsOn(SiloAddress silo) => _silos.ServicesOf(silo).GetRequiredService<IGrainFactory>();

    /// <summary>The silo that an actor is active on; null: none.</summary>
    public SiloAddress? PlaceOf(IAddressable actor) => _silos.PlaceOf(actor);

    /// <summary>Ends an activation in an orderly way, and waits until it is gone.</summary>
    public Task DeactivateAsync(IAddressable actor) => _silos.DeactivateAsync(actor);

    /// <summary>Completes when an activation is gone.</summary>
    public Task WaitForDeactivationAsync(IAddressable actor) => _silos.WaitForDeactivationAsync(actor);

    /// <summary>Moves an active actor to a silo; nothing happens if it is there.</summary>
    public Task MigrateAsync(IAddressable actor, SiloAddress to) =>
        to.Equals(PlaceOf(actor)) ? Task.CompletedTask : _silos.MigrateAsync(actor, to);

    /// <summary>
    /// Kills a silo, as a crash does: nothing is written or said before. If it was the only one, another starts, and
    /// wakes the batches, announcements and messages that have something to do.
    /// </summary>
    /// <param name="silo">The silo; null: the youngest. Over sockets the first one cannot be killed.</param>
    public async Task KillSiloAsync(SiloAddress? silo = null)
    {
        await _silos.KillAsync(silo ?? Silos[^1]);
        if (Silos.Count > 0) return;
        await _silos.StartOneAsync();
        await Catalogue.WakeAllAsync();
        await Actors.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key).WakeAllAsync();
        await Actors.GetGrain<IMessageIndexGrain>(IMessageIndexGrain.Key).WakeAllAsync();
        if (!_options.Follows) return;
        await Actors.GetGrain<IFollowersGrain>(IFollowersGrain.Key).WakeAllAsync();
        await Actors.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).WakeAllAsync();
    }

    /// <summary>
    /// Replays the stored ledger of a batch, by a reader that shares nothing with the engine, and returns what it says.
    /// </summary>
    /// <exception cref="LedgerProofException">The ledger breaks an invariant.</exception>
    public Task<AuditedSale> AuditAsync(TestBatch batch) => Stored.AuditAsync(batch.Id);

    /// <summary>
    /// Moves the clock, tick by tick, until the condition holds: for what the engine does by itself, such as refunds.
    /// </summary>
    /// <exception cref="TimeoutException">It does not within 30 s of real time.</exception>
    public Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.HoldsAsync(
        async () =>
        {
            if (await condition()) return true;
            await Clock.AdvanceAsync(Agenda.Period);
            return false;
        },
        what);

    /// <summary>Activates an actor on a silo by its first call, which <paramref name="call"/> makes.</summary>
    public static async Task<T> OnAsync<T>(SiloAddress silo, Func<Task<T>> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        return await call();
    }

    /// <summary>Gives a silo of any host everything that this harness's silos share.</summary>
    public void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<TimeProvider>(Clock);
        silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        silo.Services.AddSingleton<ILedger>(Ledger);
        silo.Services.AddSingleton(new PaymentProviders(_options.PaymentProvider ?? Payments));
        silo.Services.AddSingleton<IGrainStorage>(Documents);
        silo.Services.AddSingleton<IDocumentPurge>(Documents);
        silo.Services.AddSingleton<IClockCheck>(services =>
            new SiloClock(ClocksOff, services.GetRequiredService<ILocalSiloDetails>().SiloAddress));
        silo.Services.AddSingleton<BatchReminder>();
        silo.Services.AddSingleton<BatchLeads>();
        silo.Services.AddSingleton<Followers>();
        silo.Services.AddSingleton<WebhookWatch>();
        silo.Services.AddSingleton<IWebhookSender>(Webhooks);
        if (_options.Follows) silo.Services.AddSingleton<IOrderIndex>(Index);
        silo.Services.AddSingleton<RefundWatch>();
        silo.Services.AddSingleton<CheckoutWatch>();
        silo.Services.AddSingleton<PostWatch>();
        silo.Services.AddSingleton<IPostPublisher>(Posts);
        silo.Services.AddSingleton<IMessageSender>(Posts);
        silo.Services.AddLogging(logging => logging.AddProvider(Log));
        silo.Services.AddOptions<OrderOptions>().Configure(orders => orders.GraceSeconds = _options.GraceSeconds);
    }

    /// <summary>The terms of a batch that was created here.</summary>
    internal BatchTerms TermsOf(string batch) => _terms[batch];

    private sealed class SiloClock(ConcurrentDictionary<SiloAddress, bool> off, SiloAddress self) : IClockCheck
    {
        public string? Fault => off.ContainsKey(self) ? "the clock is off" : null;
    }
}
