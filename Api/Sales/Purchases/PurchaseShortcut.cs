using OrleansSale.Api.Http.Connections;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// Handles almost every purchase: before any other middleware, and it waits only for the outcome.
/// </summary>
/// <remarks>
/// Its answers are those of <see cref="PurchaseApi"/>. It leaves every request that it does not understand at once to
/// that endpoint, with the body unread. No exception handlers surround it, so only a bug may throw here. Such a bug is
/// answered with the server's own status 500.
/// </remarks>
public sealed class PurchaseShortcut(
    PurchaseLanes lanes, PurchaseReader reader, PurchaseHandler handler, Draining draining)
{
    private const string Before = "/api/batches/", After = "/orders";

    /// <summary>Adds the shortcut. Add it first.</summary>
    public static void Use(WebApplication app)
    {
        var shortcut = app.Services.GetRequiredService<PurchaseShortcut>();
        app.Use(next => http => shortcut.Take(http) ?? next(http));
    }

    /// <summary>The answer under way. Null: this request is not for the shortcut, and it is unchanged.</summary>
    internal Task? Take(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsPost(request.Method) || draining.IsDraining) return null;
        if (BatchOf(request.Path.Value) is not { Length: > 0 } batch || lanes.Find(batch) is not { } lane) return null;
        return reader.TryRead(request, lane.Feed.Terms.Id, out var ask) ? handler.AnswerAsync(http, lane, ask) : null;
    }

    // Empty: the path is not the usual path of a purchase.
    private static ReadOnlySpan<char> BatchOf(ReadOnlySpan<char> path) =>
        path.Length > Before.Length + After.Length && path.StartsWith(Before, StringComparison.Ordinal)
            && path.EndsWith(After, StringComparison.Ordinal)
            ? path[Before.Length..^After.Length]
            : default;
}
