using Microsoft.AspNetCore.Diagnostics;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Problems;

/// <summary>
/// What no endpoint answered: lost infrastructure is overloaded (asking again is safe), damaged storage is unavailable (asking
/// again does not help; it was logged when it was found), paths and methods that do not
/// exist are problems like any other.
/// </summary>
public static class Failures
{
    /// <summary>Adds the handlers around everything else.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = HandleAsync, SuppressDiagnosticsCallback = IsExpected });
        app.UseStatusCodePages(context => ProblemOf(context.HttpContext.Response.StatusCode) is { } problem
            ? problem.ExecuteAsync(context.HttpContext)
            : Task.CompletedTask);
    }

    private static Task HandleAsync(HttpContext http)
    {
        var failure = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (failure is BadHttpRequestException bad)
        {
            return bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.Of(Refusal.TooLarge).ExecuteAsync(http)
                : Problem.Invalid("request", "could not be read").ExecuteAsync(http);
        }
        if (failure is not null && LostInfrastructure.Is(failure)) return Problem.Of(Refusal.Overloaded).ExecuteAsync(http);
        if (failure is StorageDamagedException) return Problem.Of(Refusal.Unavailable).ExecuteAsync(http);
        // A bug: logged by the middleware with its trace; a client is told no more than that.
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return Task.CompletedTask;
    }

    // A client that has gone is the middleware's own affair: it neither asks here nor calls the handler.
    private static bool IsExpected(ExceptionHandlerSuppressDiagnosticsContext context) =>
        context.Exception is BadHttpRequestException or StorageDamagedException;

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
}
