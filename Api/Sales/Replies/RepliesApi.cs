using System.Diagnostics;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>The public address of a batch's page.</summary>
public delegate Uri SalePage(string batch);

/// <summary>Takes replies to posts of a sale from the platforms: a reply with the buy word is a purchase.</summary>
/// <remarks>
/// It is the purchase of the user who replied, under the reply's id as its key, by the rules of every purchase. The
/// platform repeats a reply until it is answered: a repeat, also one that somebody recorded, buys nothing again.
/// </remarks>
public sealed class RepliesApi(
    ReplyChannels channels, ReplyPosts posts, CatalogueCopy catalogue, PurchaseLanes lanes, PurchaseHandler purchases,
    SalePage page, ActorRetry retry, TimeProvider timeProvider)
{
    private static readonly EndpointDescription Described = EndpointDescription.Open(
        Refusal.Unauthenticated, Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable).WithBody();

    /// <summary>Maps the endpoint.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/channels/{channel}/replies", (HttpContext http, string channel, RepliesApi replies) =>
            replies.TakeAsync(http, channel))
            .WithTags("Replies").WithSummary("A platform's webhook: a reply to a post of a sale")
            .Accepts<ReplyBody>("application/json").Produces<ReplyAnswer>()
            .Described("TakeReply", Described);

    private async Task<IResult> TakeAsync(HttpContext http, string channel)
    {
        if (!channels.TryFind(channel, out var found)) return Problem.Of(Refusal.NotFound);
        var (body, invalid) = await RequestBody.ReadAsync(
            http, ReplyJson.Wire.ReplyBody, bytes => IsGenuine(http.Request.Headers, bytes, found.Signature));
        if (invalid is not null) return invalid;
        if (found.Words.LanguageOf(body!.Text) is not { } language) return Ok(new ReplyAnswer(ReplyResult.Ignored));
        var since = Stopwatch.GetTimestamp();
        var batch = await posts.FindBatchAsync(channel, body.Post, since);
        if (batch is null
            || await catalogue.FindAsync(batch).AsTask().WaitAsync(retry.LeftSince(since)) is not { } feed)
            return Problem.Of(Refusal.NotFound);
        var decision = await purchases.DecideAsync(lanes.Of(feed), new PurchaseAsk(
            UserId.Of(channel, body.User), default, body.Id, Quantity: 1, Version: 0, ReservationProof.None,
            Standby: false, since));
        language = body.Language ?? language;
        var (texts, link) = (new ReplyTexts(language), page(batch).AbsoluteUri);
        if (decision.Order is { } order)
        {
            var text = texts.Of(order, feed.Terms.Product.Name);
            var next = order.Status == OrderStatus.AwaitingPayment ? PaymentOf(link, order.Id) : link;
            return Ok(new ReplyAnswer(ReplyResult.Ordered, null, text, language, next, order.Id));
        }
        // A buyer may have joined the line on the page under the reply's id.
        var problem = decision.Problem ?? Problem.LimitReached(UserLimit.Places, 1);
        // An undecided purchase is answered with a problem, so that the platform sends the reply again.
        return texts.Of(problem, feed.Schedule.SaleOpens) is { } reason
            ? Ok(new ReplyAnswer(
                ReplyResult.Refused, Problem.CodeOf(problem.Refusal), reason, language, link))
            : problem;
    }

    private bool IsGenuine(IHeaderDictionary headers, ReadOnlyMemory<byte> body, WebhookSignature signature) =>
        signature.Verify(
            headers[WebhookSignature.IdHeader], headers[WebhookSignature.TimestampHeader],
            headers[WebhookSignature.SignatureHeader], body.Span, timeProvider.GetUtcNow()) == SignatureVerdict.Valid;

    // The page opens the checkout for whoever is signed in as the buyer. So a flood of replies asks no provider.
    private static string PaymentOf(string page, string order) => $"{page}?pay={Uri.EscapeDataString(order)}";

    private static IResult Ok(ReplyAnswer answer) => Reply.Ok(answer, ReplyJson.Wire.ReplyAnswer);
}
