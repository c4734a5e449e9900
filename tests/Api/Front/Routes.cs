using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// What a front has mapped, whoever mapped it: a new endpoint is among it without being named anywhere.
/// </summary>
internal static class Routes
{
    /// <summary>Method and path of every endpoint; the parts of a path that vary are filled in.</summary>
    public static (string Method, string Path, string Pattern)[] Of(RunningFront front, string batch, string order) =>
    [
        .. front.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => MethodsOf(endpoint).Select(method => (
                method,
                PathOf(endpoint, batch, order),
                "/" + endpoint.RoutePattern.RawText!.Trim('/'))))
            .Distinct(),
    ];

    private static IEnumerable<string> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 } named
            ? named.HttpMethods : ["every method"];

    private static string PathOf(RouteEndpoint endpoint, string batch, string order) => "/" + string.Join('/',
        endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => parameter.Name switch
            {
                "batch" => batch,
                "order" => order,
                "provider" => SoleProvider.Name,
                "documentName" => "v1",
                _ => "1",
            },
            _ => throw new InvalidOperationException($"unknown part {part}"),
        }))));
}
