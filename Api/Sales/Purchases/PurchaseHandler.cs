using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Line;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>What came of a purchase: an order, a place in the line, or a problem.</summary>
/// <param name="Order">The order, made now or before under the same key.</param>
/// <param name="Problem">Why there is none.</param>
/// <param name="Place">The place, made now or before under the same key.</param>
public sealed record PurchaseDecision(OrderView? Order = null, Problem? Problem = null, PlaceView? Place = null);

/// <summary>
/// Answers purchases once they are read: the front refuses a purchase itself, or the batch decides through its lane.
/// Both readers of purchases use it. A purchase has one bound, and each step takes from what is left of it.
/// </summary>
public sealed class PurchaseHandler(
    PurchaseCounter counter, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    /// <summary>Answers a purchase.</summary>
    /// <param name="http">The request to answer.</param>
    /// <param name="lane">The batch's lane; null: there is no such batch, or the caller has no credential.</param>
    /// <param name="ask">The purchase.</param>
    public Task AnswerAsync(HttpContext http, PurchaseLane? lane, in PurchaseAsk ask) =>
        MissesBatchKey(lane, ask)
            ? AnswerWithoutBatchKeyAsync(http, lane!, ask) : AnswerByBatchKeyAsync(http, lane, ask);

    /// <summary>Decides a purchase that did not come as a request of its buyer.</summary>
    /// <param name="lane">The batch's lane; null: there is no such batch.</param>
    /// <param name="ask">The purchase.</param>
    public async Task<PurchaseDecision> DecideAsync(PurchaseLane? lane, PurchaseAsk ask)
    {
        var request = default(PurchaseRequest);
        var late = MissesBatchKey(lane, ask) ? await FindBatchKeyAsync(lane!, ask.Since) : null;
        if ((late ?? RefuseAtOnce(lane, ask, out request)) is { } early)
        {
            counter.CountRefusal(early.Refusal);
            return new PurchaseDecision(Problem: early);
        }
        var outcome = await AskBatchAsync(lane!, request, ask);
        if (outcome.Order is { } order)
        {
            counter.CountOrder(outcome.Repeated);
            return new PurchaseDecision(order);
        }
        if (outcome.Place is { } place)
        {
            counter.CountPlace(outcome.Repeated);
            return new PurchaseDecision(Place: place);
        }
        var problem = await ProblemAfterAsync(outcome, lane!, ask);
        counter.CountRefusal(problem.Refusal);
        return new PurchaseDecision(Problem: problem);
    }

    /// <summary>Answers with a refusal.</summary>
    public Task RefuseAsync(HttpContext http, Problem problem)
    {
        counter.CountRefusal(problem.Refusal);
        return problem.ExecuteAsync(http);
    }

    private Task AnswerByBatchKeyAsync(HttpContext http, PurchaseLane? lane, in PurchaseAsk ask) =>
        RefuseAtOnce(lane, ask, out var request) is { } problem
            ? RefuseAsync(http, problem)
            : AskAsync(http, lane!, request, ask);

    private async Task AnswerWithoutBatchKeyAsync(HttpContext http, PurchaseLane lane, PurchaseAsk ask)
    {
        if (await FindBatchKeyAsync(lane, ask.Since) is { } late) await RefuseAsync(http, late);
        else await AnswerByBatchKeyAsync(http, lane, ask);
    }

    private static bool MissesBatchKey(PurchaseLane? lane, in PurchaseAsk ask) =>
        lane is { Feed: { Key: null, IsAnonymised: false } } && Refuse(lane, ask) is null;

    // The problem if the batch did not answer in time. Without a problem the key may still be missing, and then the
    // purchase is refused.
    private async Task<Problem?> FindBatchKeyAsync(PurchaseLane lane, long since)
    {
        try
        {
            await lane.Feed.FindKeyAsync().AsTask().WaitAsync(retry.LeftSince(since));
        }
        catch (StorageDamagedException)
        {
            // It was logged where it was found.
        }
        catch (TimeoutException)
        {
            return Problem.Of(Refusal.Overloaded);
        }
        return null;
    }

    // A missing credential takes precedence over the batch, and the batch over a wrong claim.
    private static Problem? Refuse(PurchaseLane? lane, in PurchaseAsk ask) =>
        ask.User is not { } user ? Problem.Of(Refusal.Unauthenticated)
        : lane is null ? Problem.Of(Refusal.NotFound)
        : !lane.Feed.Terms.IsEligible(user) ? Problem.Of(Refusal.NotEligible)
        : ask.Proof == ReservationProof.FalseTicket ? Problem.Of(Refusal.TicketInvalid)
        : null;

    // Null: the batch must answer this request.
    private Problem? RefuseAtOnce(PurchaseLane? lane, in PurchaseAsk ask, out PurchaseRequest request)
    {
        request = default;
        if (Refuse(lane, ask) is { } problem) return problem;
        var (feed, key) = (lane!.Feed, lane.Feed.Key);
        if (key is null) return Problem.Of(feed.IsAnonymised ? Refusal.SaleClosed : Refusal.Unavailable);
        var byTicket = ask.Proof != ReservationProof.None;
        var buyer = byTicket ? ask.Alias : key.AliasOf(ask.User!);
        if (RefuseByCopy(lane, buyer, ask) is { } known) return known;
        request = new PurchaseRequest(
            buyer, ask.Key is { } given ? key.HashOf(buyer, given) : null, ask.Quantity, byTicket ? ask.Version : 0,
            byTicket, ask.Standby);
        return null;
    }

    // Null: the batch must answer.
    private Problem? RefuseByCopy(PurchaseLane lane, Alias buyer, in PurchaseAsk ask)
    {
        var feed = lane.Feed;
        if (feed.Fresh() is not { } copy
            || FrontRules.Refuse(
                feed.Terms, copy.Snapshot, timeProvider.GetUtcNow(), ask.Quantity, ask.Standby) is not { } refusal)
        {
            return null;
        }
        // These checks come after the copy, in this order: users who no longer wait are known by then, if they got a
        // unit.
        return lane.IsWaiting(buyer) || feed.AnsweredByBatch.MayContain(buyer.High)
            ? null
            : ProblemOf(
                refusal, lane, copy.Snapshot.Seq, copy.Snapshot.MayStandBy(feed.Terms.StandbyPlaces));
    }

    private async Task AskAsync(HttpContext http, PurchaseLane lane, PurchaseRequest request, PurchaseAsk ask)
    {
        var outcome = await AskBatchAsync(lane, request, ask);
        if (outcome.Order is { } order)
        {
            counter.CountOrder(outcome.Repeated);
            await OrderAnswer.WriteAsync(
                http, outcome.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created, order, ask.User!);
        }
        else if (outcome.Place is { } place)
        {
            counter.CountPlace(outcome.Repeated);
            await PlaceBody.AcceptedAsync(http, place, ask.User!);
        }
        else
        {
            await RefuseAsync(http, await ProblemAfterAsync(outcome, lane, ask));
        }
    }

    private Task<PurchaseOutcome> AskBatchAsync(PurchaseLane lane, PurchaseRequest request, in PurchaseAsk ask) =>
        ask.Proof == ReservationProof.None
            ? AskWithReservationAsync(lane, request, ask.Since) : lane.AskAsync(request, ask.Since);

    private async Task<PurchaseOutcome> AskWithReservationAsync(PurchaseLane lane, PurchaseRequest request, long since)
    {
        var reservation = grains.GetGrain<IReservationGrain>(
            IReservationGrain.KeyOf(lane.Feed.Terms.Id, request.Buyer));
        var found = await retry.AskAsync(reservation.GetAsync, since);
        return await lane.AskAsync(request with { Reservation = found.Value?.Version ?? 0 }, since);
    }

    // The batch may know of a later opening than this front's copy. The copy is refreshed then, so that the answer
    // states the schedule in force.
    private async Task<Problem> ProblemAfterAsync(PurchaseOutcome outcome, PurchaseLane lane, PurchaseAsk ask)
    {
        if (outcome.Refused == Refusal.SaleNotOpen && timeProvider.GetUtcNow() >= lane.Feed.Schedule.SaleOpens)
        {
            try
            {
                await lane.Feed.CatchUpAsync().WaitAsync(retry.LeftSince(ask.Since));
            }
            catch (Exception e) when (e is StorageDamagedException or TimeoutException)
            {
                // The answer states the last schedule that is known.
            }
        }
        return ProblemOf(outcome, lane, ask.Proof);
    }

    // If a cancelled ticket was the only credential, there is no credential.
    private static Problem ProblemOf(PurchaseOutcome outcome, PurchaseLane lane, ReservationProof proof)
    {
        var refusal = outcome.Refused!.Value;
        return refusal == Refusal.TicketInvalid && proof == ReservationProof.TicketAlone
            ? Problem.Of(Refusal.Unauthenticated)
            : ProblemOf(refusal, lane, outcome.Seq, outcome.MayStandBy, outcome.Limit);
    }

    private static Problem ProblemOf(
        Refusal refusal, PurchaseLane lane, long seq, bool mayStandBy, UserLimit limit = UserLimit.Units) =>
        refusal switch
        {
            Refusal.SaleNotOpen => Problem.NotOpen(lane.Feed.Schedule.SaleOpens),
            Refusal.SoldOut => lane.SoldOut.At(seq, mayStandBy),
            Refusal.LimitReached => Problem.LimitReached(limit, limit switch
            {
                UserLimit.EndedOrders => BatchTerms.MaxEndedOrders,
                UserLimit.Places => 1,
                _ => lane.Feed.Terms.PerUserLimit,
            }),
            _ => Problem.Of(refusal),
        };
}
