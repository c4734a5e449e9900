using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>Something that operators should look after.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Batch">Which batch it concerns; left out: the engine as a whole.</param>
/// <param name="Since">The instant at which it began.</param>
/// <param name="Detail">Details, for a person.</param>
public sealed record FaultBody(
    [property: JsonConverter(typeof(KebabCase<FaultKind>))] FaultKind Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Batch,
    DateTimeOffset Since, string Detail);

/// <summary>The current faults.</summary>
/// <param name="Items">The oldest first.</param>
public sealed record FaultList(FaultBody[] Items);

/// <summary>Lists the current faults for operators.</summary>
public static class FaultsApi
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapFaults(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/operator/faults", ListAsync).WithTags("Operators")
            .WithSummary("What operators should look after now")
            .Produces<FaultList>().Described("ListFaults", EndpointDescription.Operators());

    private static async Task<IResult> ListAsync(HttpContext http, CurrentFaults faults)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var items = (await faults.ListAsync())
            .Select(fault => new FaultBody(fault.Kind, fault.Batch, fault.Since, fault.Detail));
        return Reply.Ok(new FaultList([.. items]), OperatorJson.Wire.FaultList);
    }
}
