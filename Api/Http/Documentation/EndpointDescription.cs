using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Documentation;

/// <summary>Describes an endpoint besides its bodies: who may call it, and all its refusals.</summary>
/// <param name="Schemes">The credentials of which one is needed; none: it is open.</param>
/// <param name="Refusals">The codes it can answer.</param>
/// <param name="TakesKey">Whether it takes an Idempotency-Key.</param>
/// <param name="IsOptional">Whether it answers callers without a credential too.</param>
public sealed record EndpointDescription(
    string[] Schemes, Refusal[] Refusals, bool TakesKey = false, bool IsOptional = false)
{
    /// <summary>The bearer token; the pages' cookie stands for one.</summary>
    public const string Bearer = "Bearer";

    /// <summary>The ticket alone.</summary>
    public const string Ticket = "Ticket";

    private static readonly Refusal[] BodyRefusals =
        [Refusal.InvalidRequest, Refusal.TooLarge, Refusal.UnsupportedMediaType];

    /// <summary>Open to everybody.</summary>
    public static EndpointDescription Open(params Refusal[] refusals) => new([], refusals);

    /// <summary>For everybody. For callers with a credential, the answer depends on the caller.</summary>
    public static EndpointDescription Anybody(params Refusal[] refusals) => new([Bearer], refusals, IsOptional: true);

    /// <summary>For users; besides these refusals it can be unauthenticated, overloaded and unavailable.</summary>
    public static EndpointDescription Users(params Refusal[] refusals) =>
        new([Bearer], [Refusal.Unauthenticated, Refusal.Overloaded, Refusal.Unavailable, .. refusals]);

    /// <summary>
    /// For operators; besides these refusals it can be unauthenticated, forbidden, overloaded and unavailable.
    /// </summary>
    public static EndpointDescription Operators(params Refusal[] refusals) =>
        new(
            [Bearer],
            [Refusal.Unauthenticated, Refusal.Forbidden, Refusal.Overloaded, Refusal.Unavailable, .. refusals]);

    /// <summary>It reads a JSON body, which can be malformed, too large or of another media type.</summary>
    public EndpointDescription WithBody() => this with { Refusals = [.. Refusals, .. BodyRefusals] };

    /// <summary>It takes an Idempotency-Key, which can be malformed.</summary>
    public EndpointDescription WithKey() =>
        this with { TakesKey = true, Refusals = [.. Refusals, Refusal.InvalidRequest] };
}

/// <summary>Gives endpoints their descriptions.</summary>
public static class DescribedEndpoints
{
    /// <summary>Describes an endpoint, under an operation id.</summary>
    public static RouteHandlerBuilder Described(
        this RouteHandlerBuilder endpoint, string operation, EndpointDescription description)
    {
        foreach (var status in description.Refusals.Select(Problem.StatusOf).Distinct().Order())
            endpoint.Produces<ProblemBody>(status, Problem.MediaType);
        return endpoint.WithName(operation).WithMetadata(description);
    }
}
