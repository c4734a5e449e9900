using Microsoft.AspNetCore.Authorization;

namespace OrleansSale.Api.SignIn;

/// <summary>Pages that only operators may open, with everything that belongs to them.</summary>
public static class OperatorPages
{
    /// <summary>
    /// A group whose endpoints are for operators, their scripts and pictures too, even if they declare themselves open.
    /// </summary>
    public static RouteGroupBuilder MapForOperators(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("");
        IEndpointConventionBuilder conventions = group;
        conventions.RequireAuthorization(Authentication.OperatorPolicy);
        // This comes last, because packages open parts of their own pages to everybody.
        conventions.Finally(endpoint =>
        {
            foreach (var opening in endpoint.Metadata.OfType<IAllowAnonymous>().ToArray())
                endpoint.Metadata.Remove(opening);
        });
        return group;
    }
}
