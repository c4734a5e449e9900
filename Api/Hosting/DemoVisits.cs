namespace OrleansSale.Api.Hosting;

/// <summary>Records visits. Without recent ones the demo makes no further batches.</summary>
public sealed class DemoVisits(TimeProvider timeProvider)
{
    /// <summary>A visit counts for this long.</summary>
    public static readonly TimeSpan CountsFor = TimeSpan.FromMinutes(2);

    // In ticks; 0: nobody has visited yet.
    private long _lastAt;

    /// <summary>Whether somebody has opened a page or the list of batches lately.</summary>
    public bool AreRecent => Now - Volatile.Read(ref _lastAt) is >= 0 and var age && age < CountsFor.Ticks;

    private long Now => timeProvider.GetUtcNow().Ticks;

    /// <summary>Adds the middleware that records visits.</summary>
    public static void Use(WebApplication app)
    {
        var visits = app.Services.GetRequiredService<DemoVisits>();
        app.Use(next => http =>
        {
            if (IsVisit(http.Request)) Volatile.Write(ref visits._lastAt, visits.Now);
            return next(http);
        });
    }

    private static bool IsVisit(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && (request.Path == "/" || request.Path == "/api/batches" || request.Path.StartsWithSegments("/sale"));
}
