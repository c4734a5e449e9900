using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// What becomes of a purchase once it is known who wants how many of which batch: may the front refuse by itself, else the
/// lane; and how it is told. The same for every way on which a purchase gets here.
/// </summary>
public sealed class PurchaseHandler(PurchaseCounter meter, TimeProvider time)
{
    /// <summary>Why this front refuses by itself; null: it is for the batch to answer.</summary>
    public Problem? Refuse(PurchaseLane lane, string user, int quantity)
    {
        var feed = lane.Feed;
        if (!feed.Terms.IsEligible(user)) return Problem.Of(Refusal.NotEligible);
        if (feed.Fresh() is not { } copy
            || FrontRules.Refuse(feed.Terms, copy.Snapshot, time.GetUtcNow(), quantity) is not { } refusal)
        {
            return null;
        }
        // After the copy and in this order: who waits no more is known by then, if he got a unit.
        return lane.IsWaiting(user) || feed.AnsweredByBatch.MayContain(UserId.HashOf(user)) ? null : ProblemOf(refusal, feed.Terms);
    }

    /// <summary>Asks the batch and tells what it says.</summary>
    /// <param name="http">Whom to tell.</param>
    /// <param name="lane">The batch's lane.</param>
    /// <param name="request">The purchase.</param>
    /// <param name="byTicketAlone">Whether the ticket is the credential: one that does not hold any more is none.</param>
    public async Task AskAsync(HttpContext http, PurchaseLane lane, PurchaseRequest request, bool byTicketAlone)
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
        meter.CountOrder(outcome.Repeated);
        await OrderAnswer.WriteAsync(http, outcome.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created, order);
    }

    /// <summary>Tells a refusal.</summary>
    public Task RefuseAsync(HttpContext http, Problem problem)
    {
        meter.CountRefusal(problem.Refusal);
        return problem.ExecuteAsync(http);
    }

    private static Problem ProblemOf(Refusal refusal, BatchTerms terms, UserLimit limit = UserLimit.Units) => refusal switch
    {
        Refusal.SaleNotOpen => Problem.NotOpen(terms.Schedule.SaleOpens),
        Refusal.LimitReached => Problem.LimitReached(
            limit, limit == UserLimit.EndedOrders ? BatchTerms.MaxEndedOrders : terms.PerUserLimit),
        _ => Problem.Of(refusal),
    };
}
