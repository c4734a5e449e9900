using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Line;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>What became of a command that was not refused.</summary>
/// <param name="Effect">Whether it changed anything, or waits for a second operator.</param>
/// <param name="Order">The order that it concerns, or that it made; null: none.</param>
/// <param name="Proposal">The command that waits for a second operator; null: it does not wait.</param>
public sealed record CommandDone(Effect Effect, OperatorOrderBody? Order = null, ProposalBody? Proposal = null);

/// <summary>
/// The operators' commands that concern one buyer: grant, revive, cancel, refund and ship orders, remove places from
/// the line, and approve what another operator commanded.
/// </summary>
public sealed class BuyerCommands(
    CatalogueCopy catalogue, BatchExports exports, Proposals proposals, KeptPlaces kept, IGrainFactory grains,
    ActorRetry retry)
{
    /// <summary>
    /// Holds units for a user, once for each key. A user without a reservation gets one, so that lists and messages
    /// find them.
    /// </summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="user">The user.</param>
    /// <param name="units">How many units: 1…100.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<CommandDone>> GrantAsync(
        string batch, string user, int units, CancelReason reason, string by, string? key)
    {
        var (found, refused) = await FindAsync(batch, by, key);
        if (refused is { } refusal) return refusal;
        if (!found.Feed.Terms.IsEligible(user)) return Refusal.NotEligible;
        var (alias, actor) = (found.Key.AliasOf(user), grains.GetGrain<ISaleBatchGrain>(batch));
        var command = BuyerCommand.Grant(alias, units, reason, found.By, found.Hash);
        // A refused grant registers nobody.
        var may = await retry.AskAsync(() => actor.CheckAsync(command));
        if (may.Refused is { } no) return new(no, may.Detail);
        var reservation = grains.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(batch, alias));
        var reserved = await retry.AskAsync(() => reservation.ReserveForGrantAsync(user));
        if (reserved.Refused is { } impossible) return new(impossible, reserved.Detail);
        if (reserved.Value!.Created)
            found.Feed.Buyers.Reservations.Tell(new ReservationChange(alias, reserved.Value.ReservedAt));
        return await CarryOutAsync(batch, command);
    }

    /// <summary>Revives, cancels or refunds an order, once for each key.</summary>
    /// <param name="action">The command.</param>
    /// <param name="order">The id of the order, which may not exist.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<CommandDone>> ChangeAsync(
        BuyerAction action, string order, CancelReason reason, string by, string? key)
    {
        var (found, seq, refused) = await FindOrderAsync(order, by, key);
        return refused is { } refusal ? refusal
            : await CarryOutAsync(
                found.Feed.Terms.Id, BuyerCommand.OnOrder(action, seq, reason, found.By, found.Hash));
    }

    /// <summary>Records a shipment of an order, once for each key, with its tracking reference.</summary>
    /// <param name="order">The id of the order, which may not exist.</param>
    /// <param name="tracking">The carrier's reference: one line of 1…100 characters.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<CommandDone>> ShipAsync(
        string order, string tracking, CancelReason reason, string by, string? key)
    {
        var (found, seq, refused) = await FindOrderAsync(order, by, key);
        if (refused is { } refusal) return refusal;
        // Only an order that exists gets an actor.
        var known = await retry.AskAsync(
            () => grains.GetGrain<ISaleBatchGrain>(found.Feed.Terms.Id).GetOrderAsync(seq, owner: null));
        if (known.Refused is { } unknown) return new(unknown, known.Detail);
        var shipping = new Shipping(found.By, found.Hash.ToString(), reason, tracking);
        var shipped = await retry.AskAsync(() => grains.GetGrain<IOrderGrain>(order).ShipAsync(shipping));
        return shipped.Refused is { } no
            ? new Answer<CommandDone>(no, shipped.Detail)
            : new CommandDone(Effect.Done, await exports.ReadOrderAsync(shipped.Value!));
    }

    /// <summary>
    /// Removes a place from the line, once for each key. Conflict if it was carried and lives in a later batch: that
    /// batch has its own ledger, and may ask for a second operator.
    /// </summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="place">The number of the place, which may not exist.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<CommandDone>> RemovePlaceAsync(
        string batch, long place, CancelReason reason, string by, string? key)
    {
        var (found, refused) = await FindAsync(batch, by, key);
        // A batch that was anonymised knows no places of anybody.
        if (refused is { } refusal) return refusal == Refusal.SaleClosed ? Refusal.NotFound : refusal;
        return await UnlessCarriedAsync(found.Feed, await FindPlaceAsync(batch, place),
            () => CarryOutAsync(batch, BuyerCommand.OnPlace(place, reason, found.By, found.Hash)));
    }

    /// <summary>Carries out a command that another operator gave and that waits for a second one.</summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="command">The hash of the command's key.</param>
    /// <param name="by">The operator who approves, as a user.</param>
    public async Task<Answer<CommandDone>> ApproveAsync(string batch, KeyHash command, string by)
    {
        var (found, refused) = await FindAsync(batch, by, key: null);
        if (refused is { } refusal) return refusal;
        var actor = grains.GetGrain<ISaleBatchGrain>(batch);
        var waiting = await retry.AskAsync(actor.ListProposalsAsync);
        var waits = waiting.FirstOrDefault(proposal => proposal.Key == command)?.OfBuyer;
        var removed = waits is { Action: BuyerAction.RemovePlace } ? await FindPlaceAsync(batch, waits.Number) : null;
        return await UnlessCarriedAsync(found.Feed, removed, async () =>
        {
            var answer = await retry.AskAsync(() => actor.ApproveAsync(found.By, command));
            return answer.Refused is { } no
                ? new Answer<CommandDone>(no, answer.Detail) : await DoneAsync(answer.Value!);
        });
    }

    // Whether it was carried is asked before and after, as for a buyer who leaves: see KeptPlaces.
    private async Task<Answer<CommandDone>> UnlessCarriedAsync(
        BoardFeed feed, PlaceView? place, Func<Task<Answer<CommandDone>>> doAsync)
    {
        if (place is null) return await doAsync();
        if (await FindLiveAsync() is { } before) return before;
        var done = await doAsync();
        return done.Refused is null && await FindLiveAsync() is { } since ? since : done;

        async Task<Answer<CommandDone>?> FindLiveAsync() =>
            await kept.FindLiveAsync(feed.Terms.Product.Id, place) is not { } there ? default(Answer<CommandDone>?)
                : new Answer<CommandDone>(
                    Refusal.Conflict, $"it was carried to batch {there.Batch}: remove place {there.Place} there");
    }

    private async Task<PlaceView?> FindPlaceAsync(string batch, long place) => place < 1 ? null
        : (await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).ListLineAsync(place - 1, 1)))
            .Places.FirstOrDefault();

    private async Task<Answer<CommandDone>> CarryOutAsync(string batch, BuyerCommand command)
    {
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).CommandAsync(command));
        if (answer.Refused is { } refusal) return new(refusal, answer.Detail);
        return answer.Value!.Effect != Effect.Proposed
            ? await DoneAsync(answer.Value)
            : await proposals.FindAsync(batch, command.Key) is { } proposal
                ? new CommandDone(Effect.Proposed, Proposal: proposal)
            // A second operator was faster than this answer, or its time has passed.
            : Refusal.Overloaded;
    }

    private async Task<CommandDone> DoneAsync(CommandOutcome outcome) => new(
        outcome.Effect, outcome.Order is { } order ? await exports.ReadOrderAsync(order) : null);

    private async ValueTask<(Named Found, long Seq, Refusal? Refused)> FindOrderAsync(
        string order, string by, string? key)
    {
        if (!OrderId.TryParse(order, out var batch, out var seq)) return (default, 0, Refusal.NotFound);
        var (found, refused) = await FindAsync(batch, by, key);
        return (found, seq, refused);
    }

    private async ValueTask<(Named Found, Refusal? Refused)> FindAsync(string batch, string by, string? key)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return (default, Refusal.NotFound);
        if (await feed.FindKeyAsync() is not { } batchKey)
            return (default, feed.IsAnonymised ? Refusal.SaleClosed : Refusal.Unavailable);
        var alias = batchKey.AliasOf(by);
        var hash = batchKey.HashOf(alias, key ?? Guid.CreateVersion7().ToString("N"));
        return (new Named(feed, batchKey, alias, hash), null);
    }

    private readonly record struct Named(BoardFeed Feed, BatchKey Key, Alias By, KeyHash Hash);
}
