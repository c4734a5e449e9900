using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The actor of a batch. It decides by the rules, commits to the ledger, and answers only after the commit is durable.
/// </summary>
/// <remarks>
/// It is reentrant so that several requests can share one commit. Every decision and its entries are made
/// synchronously, before the first await (<see cref="DurableBatch"/>). It awaits no order actor while it decides or
/// commits. If the ledger is damaged, <see cref="Batch"/> throws before every decision and every answer.
/// </remarks>
[Reentrant, RandomPlacement]
public sealed partial class SaleBatchGrain(
    ILedger ledger, IDocumentPurge purge, TimeProvider timeProvider, IClockCheck clock, BatchReminder reminder,
    BatchLeads leads, PaymentProviders providers, RefundWatch refundWatch, CheckoutWatch checkoutWatch,
    IPostPublisher places, Followers followers, IOptions<OrderOptions> orderOptions,
    IOptions<ApprovalOptions> approvalOptions, ILogger<SaleBatchGrain> log)
    : Grain, ISaleBatchGrain, IRemindable
{
    private DurableBatch? _batch;
    private BatchUpkeep? _upkeep;
    private RosterCount _roster = null!;
    private DamagedStream? _damage;

    private string Id => this.GetPrimaryKeyString();

    // Throws if the ledger is damaged.
    private DurableBatch Batch => _batch ?? throw _damage!.Failure();

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (clock.Fault is { } fault) throw new SaleUnavailableException($"{Id}: {fault}");
        var (stream, state) = (Streams.OfBatch(Id), new SaleBatch());
        LedgerHead head;
        try
        {
            head = await BatchReplay.ReadAsync(ledger, stream, state, cancellationToken);
        }
        catch (LedgerFormatException e)
        {
            // The partial state is discarded.
            _damage = new(
                stream, this, e, stop => BatchReplay.ReadAsync(ledger, stream, new(), stop), NoteDamageAsync,
                timeProvider.GetUtcNow(), log);
            return;
        }
        _roster = new RosterCount(ledger, Streams.OfReservations(Id));
        _batch = new DurableBatch(
            Id, state, head, ledger, timeProvider, orderOptions.Value.GraceSeconds * 1000L,
            reason => _upkeep!.Abandon(reason));
        _upkeep = new BatchUpkeep(
            this, _batch, ledger, purge, GrainFactory, clock, reminder, leads, providers, refundWatch, checkoutWatch,
            places, followers, timeProvider, DelayDeactivation, log);
        if (state.Terms is null) return;
        Log.Activated(log, Id, head.Seq);
        _upkeep.Start();
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _upkeep?.End();
        if (_batch is null || _batch.Journal.IsAbandoned) return;
        try
        {
            await _batch.Journal.WhenDurableAsync().WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is SaleUnavailableException or OperationCanceledException)
        {
            // No answer that depends on this commit was sent. The next activation reads what is stored.
            Log.LeftUnstored(log, Id, e.Message);
        }
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> CreateAsync(BatchTerms terms)
    {
        // The key is durable before the first entry names it.
        var keyHash = Batch.State.Terms is null
            ? new BatchKey(await GrainFactory.GetGrain<IBatchKeyGrain>(Id).MakeAsync()).Hash
            : Batch.State.Directing.KeyHash;
        var created = Batch.Take(OperatorRules.DecideCreate(Batch.State, terms, keyHash), Batch.Now);
        var isNew = created is { Refused: null, Value: Effect.Done };
        if (isNew) _upkeep!.Start();
        var answer = await Batch.Journal.WhenDurableAsync(created);
        // The batch was active before it was created, so the line is logged here. It shows operators which silo has the
        // batch.
        if (isNew) Log.Activated(log, Id, 1);
        return answer;
    }

    /// <inheritdoc />
    public Task<PurchaseOutcomes> PurchaseAsync(PurchaseCall call)
    {
        var batch = Batch;
        var requests = call.Requests;
        var outcomes = new PurchaseOutcome[requests.Length];
        var now = batch.DoDue();
        for (var i = 0; i < requests.Length; i++)
            outcomes[i] = batch.Take(PurchaseRules.Decide(batch.State, requests[i], now), now);
        return batch.Journal.WhenDurableAsync(new PurchaseOutcomes(outcomes));
    }

    /// <inheritdoc />
    public async Task<BoardUpdate?> ReadBoardAsync(int fromTouch)
    {
        var journal = Batch.Journal;
        // The roster is counted first, because this may wait for storage, and the other counts should be the newest.
        var reserved = await _roster.ReadAsync();
        if (journal.Committed.Seq == 0) return await journal.WhenDurableAsync<BoardUpdate?>(null);
        var (head, counts) = (journal.Committed, journal.CommittedState);
        var touches = new ulong[Math.Clamp(counts.Touches - fromTouch, 0, BoardUpdate.MaxTouches)];
        for (var i = 0; i < touches.Length; i++) touches[i] = Batch.State.Touches[fromTouch + i];
        return await journal.WhenDurableAsync(new BoardUpdate(
            new BatchSnapshot(
                head.Seq, head.Hash, counts.Stock, counts.Free, counts.Held, counts.Sold, counts.Withdrawn, reserved,
                counts.Waiting, counts.Pause, counts.IsOver, counts.Touches, counts.Schedule!, counts.IsAnonymised,
                Batch.Lead, counts.Closing, counts.IsLineSuspended, counts.ForPurchases),
            touches));
    }

    /// <inheritdoc />
    public Task<Answer<OrderView>> GetOrderAsync(long order, Alias? owner) =>
        Batch.Journal.WhenDurableAsync(ViewOf(order, owner));

    /// <inheritdoc />
    public Task<OrderPage> ListOrdersOfAsync(Alias buyer) => Batch.Journal.WhenDurableAsync(OrdersOf(buyer));

    /// <inheritdoc />
    public Task<OrderPage[]> ListOrdersOfEachAsync(Alias[] buyers) =>
        Batch.Journal.WhenDurableAsync(Array.ConvertAll(buyers, OrdersOf));

    /// <inheritdoc />
    public Task<OrderPage> ListOrdersAsync(long after, int limit) => Batch.Journal.WhenDurableAsync(
        new OrderPage([.. Batch.State.Orders.After(after).Take(limit).Select(Batch.State.Orders.View)]));

    /// <inheritdoc />
    public Task<Answer<OrderView>> CancelOrderAsync(long order, Alias owner) => CancelAsync(order, owner, by: null);

    /// <inheritdoc />
    public Task<Answer<OrderView>> CancelOrderByOperatorAsync(long order, Alias by, CancelReason reason) =>
        CancelAsync(order, owner: null, new Cancellation(by, reason));

    /// <inheritdoc />
    public Task<Answer<OrderView>> RecordCheckoutAsync(long order, string provider, string checkout)
    {
        var now = Batch.DoDue();
        var refusal = Batch.Take(PaymentRules.DecideCheckout(Batch.State, order, provider, checkout, now), now);
        if (refusal is null) _upkeep!.WatchCheckoutOf(order);
        return Batch.Journal.WhenDurableAsync(refusal is { } no ? no : ViewOf(order, owner: null));
    }

    /// <inheritdoc />
    public Task<Answer<CaptureResult>> CaptureAsync(Capture capture)
    {
        var answer = new CaptureCall(Batch, log).RecordAsync(capture);
        _upkeep!.WatchCheckoutOf(capture.Order);
        return answer;
    }

    /// <inheritdoc />
    public Task<Answer<Effect>> OperateAsync(OperatorCommand command)
    {
        var now = Batch.DoDue();
        return Batch.CommitAsync(ApprovalRules.Propose(
            Batch.State, command, CommandRules.Decide(Batch.State, command, now), ApprovalMilliseconds, now), now);
    }

    /// <inheritdoc />
    public Task<Answer<Effect>> CancelReservationAsync(Alias user, long version)
    {
        var now = Batch.DoDue();
        return Batch.CommitAsync(HoldRules.DecideReservationCancelled(Batch.State, user, version), now);
    }

    /// <inheritdoc />
    public Task<long> GetCancelledVersionAsync(Alias user) =>
        Batch.Journal.WhenDurableAsync(Batch.State.Reservations.CancelledVersionOf(user));

    /// <inheritdoc />
    public Task<Answer<Effect>> MayChangeDeliveryAsync(Alias user, long version) =>
        Batch.Journal.WhenDurableAsync(HoldRules.MayChangeDelivery(Batch.State, user, version));

    /// <inheritdoc />
    public async Task<Answer<Effect>> AnonymiseAsync(Alias by)
    {
        var isBacklogInUse = await IsBacklogInUseAsync();
        var now = Batch.DoDue();
        var decided = await Batch.CommitAsync(
            ErasureRules.DecideAnonymise(Batch.State, by, now, isBacklogInUse), now);
        if (decided.Refused is null) await _upkeep!.ErasePersonalDataAsync();
        return decided;
    }

    /// <inheritdoc />
    public Task<Answer<ErasableUser>> FindErasableAsync(Alias user)
    {
        var found = ErasureRules.FindErasable(Batch.State, user);
        return Batch.Journal.WhenDurableAsync(found.Value is { } orders
            ? new ErasableUser(Batch.State.Directing.IsEnded, [.. orders.Select(order => order.Seq)])
            : new Answer<ErasableUser>(found.Refused!.Value, found.Detail));
    }

    /// <summary>
    /// Activates the batch; its own timer does the rest. A batch whose ledger was lost needs no reminder.
    /// </summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        _batch?.State is { Terms: null } ? reminder.ClearAsync(this.GetGrainId()) : Task.CompletedTask;

    /// <inheritdoc />
    public Task<bool> WakeAsync() => Task.FromResult(_upkeep is { IsSettled: false });

    /// <inheritdoc />
    public Task<Fault[]> ListFaultsAsync() => Task.FromResult(_upkeep?.ListFaults() ?? []);

    private Task NoteDamageAsync(DamagedStream damage)
    {
        var catalogue = GrainFactory.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);
        return damage.IsOver ? catalogue.NoteRepairAsync(Id)
            : catalogue.NoteDamageAsync(new Fault(FaultKind.BatchDamaged, Id, damage.Since, damage.Detail));
    }

    private async Task<Answer<OrderView>> CancelAsync(long order, Alias? owner, Cancellation? by)
    {
        var now = Batch.DoDue();
        var wasLive = Batch.State.Orders.Find(order) is { IsLive: true };
        var decided = Batch.Take(PaymentRules.DecideCancel(Batch.State, order, owner, by), now);
        // What it frees goes to the line in the same commit.
        Batch.DoDue();
        var answer = await Batch.Journal.WhenDurableAsync(
            decided.Refused is { } refusal ? new(refusal, decided.Detail) : ViewOf(order, owner));
        if (wasLive && decided.Refused is null) _upkeep!.WatchCheckoutOf(order);
        return answer;
    }

    private Answer<OrderView> ViewOf(long seq, Alias? owner) =>
        Batch.State.Orders.Find(seq) is { } order && (owner is null || IsOf(order, owner.Value))
            ? Batch.State.Orders.View(order)
            : Refusal.NotFound;

    private OrderPage OrdersOf(Alias buyer)
    {
        var views = new List<OrderView>();
        var orders = Batch.State.Orders;
        for (var order = orders.LatestOf(buyer); order is not null; order = order.Previous)
            views.Add(orders.View(order));
        views.Reverse();
        return new OrderPage([.. views], PlaceOf(buyer).Value);
    }

    // A front with an old board still names owners. After anonymising nobody owns an order: new details would never be
    // removed.
    private bool IsOf(Order order, Alias owner) => order.Buyer == owner && !Batch.State.Directing.IsAnonymised;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Batch {Batch} activated at entry {Seq}")]
        public static partial void Activated(ILogger log, string batch, long seq);

        [LoggerMessage(3, LogLevel.Warning, "Batch {Batch} was deactivated before a commit was durable: {Reason}")]
        public static partial void LeftUnstored(ILogger log, string batch, string reason);
    }
}
