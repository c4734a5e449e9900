using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Contenders;

/// <summary>The limit of the machine: a purchase that sells nothing. It does not look at the request's body.</summary>
internal sealed class NoOp(TicketCheck tickets)
{
    private static int _last;

    /// <summary>Maps the purchase that checks the ticket and answers an order.</summary>
    public void Map(IEndpointRouteBuilder app) =>
        app.MapPost(
            "/api/batches/{batch}/orders", (HttpContext http, string batch) => tickets.UserOf(http, batch) is { } user
            ? AnswerAsync(http, batch, user)
            : Problem.Of(Refusal.Unauthenticated).ExecuteAsync(http));

    /// <summary>Maps the purchase that stands behind <see cref="StockTokens"/>.</summary>
    public static void MapWithTokens(IEndpointRouteBuilder app) =>
        app.MapPost("/api/batches/{batch}/orders",
            (HttpContext http, string batch) => AnswerAsync(http, batch, UserOf(http.User)))
            .RequireAuthorization();

    private static Task AnswerAsync(HttpContext http, string batch, string user) =>
        OneUnitOrder.WriteAsync(http, batch, user, Interlocked.Increment(ref _last), OneUnitOrder.Now());

    // JwtBearer calls the claim sub by its long name, unless told otherwise.
    private static string UserOf(ClaimsPrincipal principal) => UserId.Of(
        principal.FindFirstValue("channel")!, principal.FindFirstValue(ClaimTypes.NameIdentifier)!);
}
