using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// What becomes of a purchase once it is read: the front refuses it, or the batch's lane takes it; and how that is
/// answered. The same on every way that a purchase takes to here.
/// </summary>
public sealed class PurchaseHandler(
    PurchaseCounter counter, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    /// <summary>Answers a purchase.</summary>
    /// <param name="http">The request to answer.</param>
    /// <param name="lane">The batch's lane; null: there is no such batch, or nobody who may ask for one.</param>
    /// <param name="ask">What the request says.</param>
    public Task AnswerAsync(HttpContext http, PurchaseLane? lane, in PurchaseAsk ask)
    {
        if (Refuse(lane, ask) is { } problem) return RefuseAsync(http, problem);
        return ask.Proof == ReservationProof.None
            ? LookUpAndAskAsync(http, lane!, ask)
            : AskAsync(http, lane!, new PurchaseRequest(ask.User!, ask.Key, ask.Quantity, ask.Version, ByTicket: true),
                ask.Proof == ReservationProof.TicketAlone);
    }

    /// <summary>Answers with a refusal.</summary>
    public Task RefuseAsync(HttpContext http, Problem problem)
    {
        counter.CountRefusal(problem.Refusal);
        return problem.ExecuteAsync(http);
    }

    // Null: it is for the batch to answer. A credential that is none comes first, a claim that is wrong after the batch.
    private Problem? Refuse(PurchaseLane? lane, in PurchaseAsk ask)
    {
        if (ask.User is not { } user) return Problem.Of(Refusal.Unauthenticated);
        if (lane is null) return Problem.Of(Refusal.NotFound);
        var feed = lane.Feed;
        if (!feed.Terms.IsEligible(user)) return Problem.Of(Refusal.NotEligible);
        if (ask.Proof == ReservationProof.FalseTicket) return Problem.Of(Refusal.TicketInvalid);
        if (feed.Fresh() is not { } copy
            || FrontRules.Refuse(feed.Terms, copy.Snapshot, timeProvider.GetUtcNow(), ask.Quantity) is not { } refusal)
        {
            return null;
        }
        // After the copy and in this order: users who wait no more are known by then, if they got a unit.
        return lane.IsWaiting(user) || feed.AnsweredByBatch.MayContain(UserId.HashOf(user))
            ? null
            : ProblemOf(refusal, feed.Terms);
    }

    private async Task LookUpAndAskAsync(HttpContext http, PurchaseLane lane, PurchaseAsk ask)
    {
        var user = ask.User!;
        var reservation = grains.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(lane.Feed.Terms.Id, user));
        var version = (await retry.AskAsync(() => reservation.GetAsync(user))).Value?.Version ?? 0;
        await AskAsync(
            http, lane, new PurchaseRequest(user, ask.Key, ask.Quantity, version, ByTicket: false), byTicketAlone: false);
    }

    // A ticket that does not hold any more is no credential, if it was the only one.
    private async Task AskAsync(HttpContext http, PurchaseLane lane, PurchaseRequest request, bool byTicketAlone)
    {
        var outcome = await lane.AskAsync(request);
        if (outcome.Order is not { } order)
        {
            var refusal = outcome.Refused!.Value;
            await RefuseAsync(http, refusal == Refusal.TicketInvalid && byTicketAlone
                ? Problem.Of(Refusal.Unauthenticated)
                : ProblemOf(refusal, lane.Feed.Terms, outcome.Limit));
            return;
        }
        counter.CountOrder(outcome.Repeated);
        await OrderAnswer.WriteAsync(http, outcome.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created, order);
    }

    private static Problem ProblemOf(Refusal refusal, BatchTerms terms, UserLimit limit = UserLimit.Units) => refusal switch
    {
        Refusal.SaleNotOpen => Problem.NotOpen(terms.Schedule.SaleOpens),
        Refusal.LimitReached => Problem.LimitReached(
            limit, limit == UserLimit.EndedOrders ? BatchTerms.MaxEndedOrders : terms.PerUserLimit),
        _ => Problem.Of(refusal),
    };
}
