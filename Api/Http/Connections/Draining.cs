using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Connections;

/// <summary>
/// Stops a front in an order that costs no client an answer. First the front reports that it is not ready, so that a
/// load balancer sends new clients elsewhere, and asks its clients to disconnect after their answer. After
/// <see cref="SaleOptions.DrainSeconds"/> it takes no more connections and finishes what is in flight.
/// </summary>
public sealed class Draining(IOptions<SaleOptions> options, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    /// <summary>Whether the front is stopping.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Before anything else stops: the server and the actors still answer.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.DrainSeconds == 0) return;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainSeconds), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host has no more time.
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Adds the draining to the requests.</summary>
public static class DrainingRequests
{
    /// <summary>While the front drains, every answer asks its client to disconnect.</summary>
    public static void UseDraining(this WebApplication app)
    {
        var draining = app.Services.GetRequiredService<Draining>();
        app.Use(next => http =>
        {
            if (draining.IsDraining) http.Response.Headers[HeaderNames.Connection] = "close";
            return next(http);
        });
    }
}
