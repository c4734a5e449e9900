using System.ComponentModel.DataAnnotations;
using OrleansSale.Api.Batches;
using OrleansSale.Api.Documentation;
using OrleansSale.Api.Orders;
using OrleansSale.Api.Problems;
using OrleansSale.Api.Requests;
using OrleansSale.Api.SignIn;
using OrleansSale.Api.Telemetry;
using OrleansSale.Api.Tickets;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Purchases;

/// <summary>The body of a purchase; it may be left out.</summary>
/// <param name="Ticket">
/// The buyer's ticket, when the credential is a bearer token; without one the reservation is looked up.
/// </param>
/// <param name="Quantity">Units wanted, 1 by default; all or nothing.</param>
public sealed record PurchaseBody(
    string? Ticket = null, [property: Range(1, BatchTerms.MaxStock)] int? Quantity = null);

/// <summary>The purchase: who asks, may the front refuse by itself, else the lane.</summary>
public sealed class PurchaseApi(
    CatalogueCopy catalogue, PurchaseLanes lanes, TicketSigner tickets, IGrainFactory grains, Patience patience, SaleMeter meter,
    TimeProvider time)
{
    private const string TicketScheme = "Ticket ";

    private static readonly Contract Described = new Contract(
        [Contract.Bearer, Contract.Ticket],
        [
            Refusal.Unauthenticated, Refusal.NotFound, Refusal.NotEligible, Refusal.TicketInvalid, Refusal.SaleClosed,
            Refusal.SaleNotOpen, Refusal.Paused, Refusal.LimitReached, Refusal.SoldOut, Refusal.NotReserved,
            Refusal.Overloaded, Refusal.Conflict,
        ],
        TakesKey: true).WithBody();

    /// <summary>
    /// Maps the endpoint. It finds out by itself who asks, so nothing that comes after routing has to look at a purchase;
    /// and it is made once, so that no request needs a scope of services.
    /// </summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<PurchaseApi>();
        app.MapPost("/api/batches/{batch}/orders", (HttpContext http, string batch) => api.PurchaseAsync(http, batch))
            .WithTags("Orders").WithSummary("Buy")
            .Accepts<PurchaseBody>(isOptional: true, "application/json").Produces<OrderBody>(201).Produces<OrderBody>(200)
            .Described("Buy", Described)
            .ShortCircuit();
    }

    private async Task PurchaseAsync(HttpContext http, string batch)
    {
        var outcome = await DecideAsync(http, batch);
        if (outcome.Problem is not null)
        {
            meter.CountRefusal(outcome.Problem.Refusal);
            await outcome.Problem.ExecuteAsync(http);
            return;
        }
        meter.CountOrder(outcome.Order.Repeated);
        var order = OrderBody.Of(outcome.Order.Order!);
        http.Response.Headers.Location = "/api/orders/" + order.Id;
        await Reply.WriteAsync(http, outcome.Order.Repeated ? 200 : 201, order, Wire.Json.OrderBody);
    }

    private async ValueTask<(PurchaseOutcome Order, Problem? Problem)> DecideAsync(HttpContext http, string batch)
    {
        var (body, invalid) = await ReadAsync(http);
        if (invalid is not null) return (default, invalid);

        var (buyer, refused) = await IdentifyAsync(http, batch, body.Ticket);
        if (refused is { } unknown && unknown == Refusal.Unauthenticated) return No(unknown);
        if (await catalogue.FindAsync(batch) is not { } feed) return No(Refusal.NotFound);
        if (!feed.Terms.IsEligible(buyer.User)) return No(Refusal.NotEligible);
        if (refused is { } no) return No(no);

        var lane = lanes.Of(batch);
        if (feed.Fresh() is { } copy)
        {
            // In this order: who waits no more is known by then, if he got a unit.
            var onlyBatchMayAnswer = lane.IsWaiting(buyer.User) || feed.Known.MayContain(UserId.HashOf(buyer.User));
            if (FrontRules.Refuse(feed.Terms, copy.Snapshot, time.GetUtcNow(), body.Quantity, onlyBatchMayAnswer) is { } refusal)
                return (default, ProblemOf(refusal, feed.Terms));
        }

        var version = buyer.Version;
        if (buyer.LooksUp)
        {
            var reservation = grains.GetGrain<IReservationGrain>($"{batch}/{buyer.User}");
            var found = await patience.AskAsync(reservation.GetAsync);
            version = found.Value?.Version ?? 0;
        }
        var outcome = await lane.AskAsync(new PurchaseRequest(buyer.User, body.Key, body.Quantity, version, !buyer.LooksUp));
        if (outcome.Refused is { } told)
        {
            return told == Refusal.TicketInvalid && buyer.ByTicketAlone
                ? No(Refusal.Unauthenticated)
                : (default, ProblemOf(told, feed.Terms));
        }
        feed.Learn(outcome.Order!);
        return (outcome, null);
    }

    private static async ValueTask<((string? Ticket, int Quantity, string? Key) Body, Problem? Problem)> ReadAsync(HttpContext http)
    {
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return (default, badKey);
        var (json, problem) = await RequestBody.ReadAsync(http);
        if (problem is not null) return (default, problem);
        if (json is null) return ((null, 1, key), null);
        using var _ = json;
        var fields = new Fields(json);
        var ticket = fields.OptionalText("ticket", 1, TicketSigner.MaxLength);
        var quantity = (int)fields.Number("quantity", 1, BatchTerms.MaxStock, otherwise: 1);
        return ((ticket, quantity, key), fields.Problem);
    }

    // A ticket alone is the whole credential, so one that does not hold is none. Beside a token it is a claim that can
    // be wrong.
    private async ValueTask<(Buyer Buyer, Refusal? Refused)> IdentifyAsync(HttpContext http, string batch, string? ticketText)
    {
        var authorization = http.Request.Headers.Authorization;
        if (authorization is [{ } header] && header.StartsWith(TicketScheme, StringComparison.OrdinalIgnoreCase))
        {
            return tickets.TryVerify(header.AsSpan(TicketScheme.Length).Trim(), out var alone) && alone.Batch == batch
                ? (new Buyer(alone.User, alone.Version, ByTicketAlone: true, LooksUp: false), null)
                : (default, Refusal.Unauthenticated);
        }
        if (await Callers.FindAsync(http) is not { } caller) return (default, Refusal.Unauthenticated);
        if (ticketText is null) return (new Buyer(caller.User, 0, ByTicketAlone: false, LooksUp: true), null);
        var isGood = tickets.TryVerify(ticketText, out var ticket) && ticket.Batch == batch && ticket.User == caller.User;
        return (new Buyer(caller.User, ticket.Version, ByTicketAlone: false, LooksUp: false), isGood ? null : Refusal.TicketInvalid);
    }

    private static (PurchaseOutcome, Problem?) No(Refusal refusal) => (default, Problem.Of(refusal));

    private static Problem ProblemOf(Refusal refusal, BatchTerms terms) =>
        refusal == Refusal.SaleNotOpen ? Problem.NotOpen(terms.Schedule.SaleOpens) : Problem.Of(refusal);

    private readonly record struct Buyer(string User, long Version, bool ByTicketAlone, bool LooksUp);
}
