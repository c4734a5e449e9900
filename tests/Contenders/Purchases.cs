using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.Tests.Contenders.Stocks;

namespace OrleansSale.Tests.Contenders;

/// <summary>A purchase of one unit from a stock. It does not look at the request's body.</summary>
internal sealed class Purchases(TicketCheck tickets, IStock stock)
{
    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/batches/{batch}/orders", (HttpContext http, string batch) => PurchaseAsync(http, batch));

    private async Task PurchaseAsync(HttpContext http, string batch)
    {
        if (tickets.UserOf(http, batch) is not { } user)
        {
            await Problem.Of(Refusal.Unauthenticated).ExecuteAsync(http);
            return;
        }

        var heldAt = OneUnitOrder.Now();
        var taken = await stock.TakeAsync(batch, user, heldAt);
        if (taken.Refused is { } refusal) await Problem.Of(refusal).ExecuteAsync(http);
        else await OneUnitOrder.WriteAsync(http, batch, user, taken.Unit, heldAt);
    }
}
