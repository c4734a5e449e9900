using OrleansSale.Api.Batches;
using OrleansSale.Api.Requests;

namespace OrleansSale.Api.Health;

/// <summary>Whether the process lives, and whether it can sell.</summary>
public static class HealthApi
{
    /// <summary>How long the store may take to count as reachable.</summary>
    public static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Maps the endpoints. Liveness depends on nothing; readiness on the actors and, through them, on storage.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).WithTags("Health");
        app.MapGet("/health/ready", async (CatalogueCopy catalogue) =>
        {
            try
            {
                await catalogue.RefreshAsync().WaitAsync(ReadyWithin);
                return Results.Text("ready");
            }
            catch (Exception e) when (Patience.IsUnavailable(e))
            {
                return Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).WithTags("Health");
    }
}
