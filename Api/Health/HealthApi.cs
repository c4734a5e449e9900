using OrleansSale.Api.Batches;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Api.Health;

/// <summary>Whether the process lives, and whether it can sell.</summary>
public static class HealthApi
{
    /// <summary>How long the store may take to count as reachable.</summary>
    public static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(2);

    private const string NoBatch = ".";

    /// <summary>
    /// Maps the endpoints. Liveness depends on nothing; readiness on the actors and, through them, on storage.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).WithTags("Health").WithSummary("Whether the process lives")
            .WithName("IsLive").Produces<string>(200, "text/plain");
        app.MapGet("/health/ready", async (
            HttpContext http, CatalogueCopy catalogue, IGrainFactory grains, IHostApplicationLifetime lifetime) =>
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) return NotReady(http, "draining");
            try
            {
                // The catalogue answers from memory; the ledger of a batch that cannot be is looked for in storage.
                await catalogue.RefreshAsync().WaitAsync(ReadyWithin);
                await grains.GetGrain<ILedgerExportGrain>(NoBatch).ReadAsync(1).WaitAsync(ReadyWithin);
                return Results.Text("ready");
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                return NotReady(http, "the actors or their storage do not answer");
            }
        }).WithTags("Health").WithSummary("Whether it can sell").WithName("IsReady")
            .Produces<string>(200, "text/plain").Produces<string>(503, "text/plain");
    }

    private static IResult NotReady(HttpContext http, string why)
    {
        http.Response.Headers.RetryAfter = "1";
        return Results.Text($"not ready: {why}", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
