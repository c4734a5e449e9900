using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// Answers purchases once they are read: the front refuses a purchase itself, or the batch decides through its lane.
/// Both readers of purchases use it.
/// </summary>
public sealed class PurchaseHandler(
    PurchaseCounter counter, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    /// <summary>Answers a purchase.</summary>
    /// <param name="http">The request to answer.</param>
    /// <param name="lane">The batch's lane; null: there is no such batch, or the caller has no credential.</param>
    /// <param name="ask">The purchase.</param>
    public Task AnswerAsync(HttpContext http, PurchaseLane? lane, in PurchaseAsk ask)
    {
        if (Refuse(lane, ask) is { } problem) return RefuseAsync(http, problem);
        if (lane!.Feed.Key is not { } key) return AnswerWithoutKeyAsync(http, lane, ask);
        var buyer = ask.Proof == ReservationProof.None ? key.AliasOf(ask.User!) : ask.Alias;
        if (RefuseByCopy(lane, buyer, ask.Quantity) is { } known) return RefuseAsync(http, known);
        KeyHash? keyHash = ask.Key is { } given ? key.HashOf(buyer, given) : null;
        return ask.Proof == ReservationProof.None
            ? LookUpAndAskAsync(http, lane, ask.User!,
                new PurchaseRequest(buyer, keyHash, ask.Quantity, 0, ByTicket: false))
            : AskAsync(http, lane, ask.User!,
                new PurchaseRequest(buyer, keyHash, ask.Quantity, ask.Version, ByTicket: true),
                ask.Proof == ReservationProof.TicketAlone);
    }

    /// <summary>Answers with a refusal.</summary>
    public Task RefuseAsync(HttpContext http, Problem problem)
    {
        counter.CountRefusal(problem.Refusal);
        return problem.ExecuteAsync(http);
    }

    private async Task AnswerWithoutKeyAsync(HttpContext http, PurchaseLane lane, PurchaseAsk ask)
    {
        var refusal = Refusal.Unavailable;
        try
        {
            if (await lane.Feed.FindKeyAsync() is not null)
            {
                await AnswerAsync(http, lane, ask);
                return;
            }
            if (lane.Feed.IsAnonymised) refusal = Refusal.SaleClosed;
        }
        catch (StorageDamagedException)
        {
            // It was logged where it was found.
        }
        await RefuseAsync(http, Problem.Of(refusal));
    }

    // A missing credential takes precedence over the batch, and the batch over a wrong claim.
    private static Problem? Refuse(PurchaseLane? lane, in PurchaseAsk ask) =>
        ask.User is not { } user ? Problem.Of(Refusal.Unauthenticated)
        : lane is null ? Problem.Of(Refusal.NotFound)
        : !lane.Feed.Terms.IsEligible(user) ? Problem.Of(Refusal.NotEligible)
        : ask.Proof == ReservationProof.FalseTicket ? Problem.Of(Refusal.TicketInvalid)
        : null;

    // Null: the batch must answer.
    private Problem? RefuseByCopy(PurchaseLane lane, Alias buyer, int quantity)
    {
        var feed = lane.Feed;
        if (feed.Fresh() is not { } copy
            || FrontRules.Refuse(feed.Terms, copy.Snapshot, timeProvider.GetUtcNow(), quantity) is not { } refusal)
        {
            return null;
        }
        // These checks come after the copy, in this order: users who no longer wait are known by then, if they got a
        // unit.
        return lane.IsWaiting(buyer) || feed.AnsweredByBatch.MayContain(buyer.High)
            ? null
            : ProblemOf(refusal, lane, copy.Snapshot.Seq);
    }

    private async Task LookUpAndAskAsync(HttpContext http, PurchaseLane lane, string user, PurchaseRequest request)
    {
        var reservation = grains.GetGrain<IReservationGrain>(
            IReservationGrain.KeyOf(lane.Feed.Terms.Id, request.Buyer));
        var version = (await retry.AskAsync(reservation.GetAsync)).Value?.Version ?? 0;
        await AskAsync(http, lane, user, request with { Reservation = version }, byTicketAlone: false);
    }

    // If a cancelled ticket was the only credential, there is no credential.
    private async Task AskAsync(
        HttpContext http, PurchaseLane lane, string user, PurchaseRequest request, bool byTicketAlone)
    {
        var outcome = await lane.AskAsync(request);
        if (outcome.Order is not { } order)
        {
            var refusal = outcome.Refused!.Value;
            await RefuseAsync(http, refusal == Refusal.TicketInvalid && byTicketAlone
                ? Problem.Of(Refusal.Unauthenticated)
                : ProblemOf(refusal, lane, outcome.Seq, outcome.Limit));
            return;
        }
        counter.CountOrder(outcome.Repeated);
        await OrderAnswer.WriteAsync(
            http, outcome.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created, order, user);
    }

    private static Problem ProblemOf(
        Refusal refusal, PurchaseLane lane, long seq, UserLimit limit = UserLimit.Units) => refusal switch
        {
            Refusal.SaleNotOpen => Problem.NotOpen(lane.Feed.Schedule.SaleOpens),
            Refusal.SoldOut => lane.SoldOut.At(seq),
            Refusal.LimitReached => Problem.LimitReached(
                limit, limit == UserLimit.EndedOrders ? BatchTerms.MaxEndedOrders : lane.Feed.Terms.PerUserLimit),
            _ => Problem.Of(refusal),
        };
}
