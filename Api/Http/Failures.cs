using Microsoft.AspNetCore.Diagnostics;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http;

/// <summary>
/// Turns exceptions and empty error statuses into problem answers. Lost infrastructure is answered overloaded: a retry
/// is safe, and an outage is logged once. Damaged storage is answered unavailable: a retry does not help, and the
/// damage was logged when it was found. Paths and methods that do not exist are problems like any other.
/// </summary>
public static partial class Failures
{
    /// <summary>Adds the handlers. They surround the middleware that is added later.</summary>
    public static void UseProblems(this WebApplication app)
    {
        var outage = new Outage("requests");
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Failures));
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = http => HandleAsync(http, outage, log),
            SuppressDiagnosticsCallback = IsExpected,
        });
        app.UseStatusCodePages(context => ProblemOf(context.HttpContext.Response.StatusCode) is { } problem
            ? problem.ExecuteAsync(context.HttpContext)
            : Task.CompletedTask);
    }

    private static Task HandleAsync(HttpContext http, Outage outage, ILogger log)
    {
        var failure = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (failure is BadHttpRequestException bad)
        {
            return bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.Of(Refusal.TooLarge).ExecuteAsync(http)
                : Problem.Invalid("request", "could not be read").ExecuteAsync(http);
        }
        if (failure is not null && LostInfrastructure.Is(failure))
        {
            // Only failures come here. So an outage ends with the first failure after some quiet time.
            outage.Succeeds();
            if (outage.Fails(failure.GetType().Name)) Log.Overloaded(log, failure.GetType().Name);
            return Problem.Of(Refusal.Overloaded).ExecuteAsync(http);
        }
        if (failure is StorageDamagedException) return Problem.Of(Refusal.Unavailable).ExecuteAsync(http);
        // This is a bug. The middleware logs it with its stack trace, and the client gets only the status.
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return Task.CompletedTask;
    }

    // The middleware handles disconnected clients itself, without this code.
    private static bool IsExpected(ExceptionHandlerSuppressDiagnosticsContext context) =>
        context.Exception is BadHttpRequestException or StorageDamagedException
        || LostInfrastructure.Is(context.Exception);

    private static Problem? ProblemOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Problem.Invalid("request", "could not be read"),
        StatusCodes.Status401Unauthorized => Problem.Of(Refusal.Unauthenticated),
        StatusCodes.Status403Forbidden => Problem.Of(Refusal.Forbidden),
        StatusCodes.Status404NotFound => Problem.Of(Refusal.NotFound),
        StatusCodes.Status405MethodNotAllowed => Problem.Of(Refusal.MethodNotAllowed),
        StatusCodes.Status413PayloadTooLarge => Problem.Of(Refusal.TooLarge),
        StatusCodes.Status415UnsupportedMediaType => Problem.Of(Refusal.UnsupportedMediaType),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Requests are answered overloaded, because actors or their storage do not answer: {Reason}")]
        public static partial void Overloaded(ILogger log, string reason);
    }
}
