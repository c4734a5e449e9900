using OrleansSale.Api.Http.Connections;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// The way of almost every purchase: it is taken up before anything else looks at the request, and waits for nothing
/// but its outcome.
/// </summary>
/// <remarks>
/// It answers what <see cref="PurchaseApi"/> would. A request that it does not understand at once it leaves to that as
/// it came, the body unread. Nothing in it can fail but for a bug: there are no handlers around it.
/// </remarks>
public sealed class PurchaseShortcut(
    PurchaseLanes lanes, PurchaseReader reader, PurchaseHandler handler, Draining draining)
{
    private const string Before = "/api/batches/", After = "/orders";

    /// <summary>Adds it; it is to come first.</summary>
    public static void Use(WebApplication app)
    {
        var shortcut = app.Services.GetRequiredService<PurchaseShortcut>();
        app.Use(next => http => shortcut.Take(http) ?? next(http));
    }

    /// <summary>The answer under way; null: this request is not for here, and as it was.</summary>
    internal Task? Take(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsPost(request.Method) || request.PathBase.HasValue || draining.IsDraining) return null;
        if (BatchOf(request.Path.Value) is not { Length: > 0 } batch || lanes.Find(batch) is not { } lane) return null;
        return reader.TryRead(request, lane.Feed.Terms.Id, out var ask) ? handler.AnswerAsync(http, lane, ask) : null;
    }

    // Empty: the path is not that of a purchase, as it is usually written.
    private static ReadOnlySpan<char> BatchOf(ReadOnlySpan<char> path) =>
        path.Length > Before.Length + After.Length && path.StartsWith(Before, StringComparison.Ordinal)
            && path.EndsWith(After, StringComparison.Ordinal)
            ? path[Before.Length..^After.Length]
            : default;
}
