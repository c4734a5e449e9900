using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSale.Silo.Starting;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>A program that is asked to stop while it starts.</summary>
public sealed class StoppedStartTests
{
    [Fact]
    public async Task A_program_that_is_stopped_while_it_starts_ends_with_status_0_and_logs_no_failure()
    {
        using var told = new LogLines(LogLevel.Information, "");
        var status = await SaleProgram.RunAsync(
            ["--urls", "http://127.0.0.1:0"],
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(told);
                builder.Services.AddHostedService<StopsWhileItStarts>();
                return Task.FromResult<IAsyncDisposable>(new ScratchFolder());
            },
            _ => { });
        status.ShouldBe(0);
        told.All.ShouldNotContain(line => line.Level >= LogLevel.Error);
        told.All.ShouldNotBeEmpty("the log is recorded");
    }

    [Fact]
    public async Task A_program_whose_start_fails_ends_with_status_1()
    {
        var status = await SaleProgram.RunAsync(
            ["--urls", "http://127.0.0.1:0"],
            builder =>
            {
                builder.Services.AddHostedService<Fails>();
                return Task.FromResult<IAsyncDisposable>(new ScratchFolder());
            },
            _ => { });
        status.ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_fails_while_the_others_start_is_a_failed_start()
    {
        var status = await SaleProgram.RunAsync(
            ["--urls", "http://127.0.0.1:0"],
            builder =>
            {
                builder.Services.AddHostedService<FailsLater>().AddHostedService<WaitsForTheStop>();
                return Task.FromResult<IAsyncDisposable>(new ScratchFolder());
            },
            _ => { });
        status.ShouldBe(1);
    }

    private sealed class FailsLater : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new IOException("no disk");
        }
    }

    private sealed class WaitsForTheStop : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class StopsWhileItStarts(IHostApplicationLifetime lifetime, ILogger<StopsWhileItStarts> log)
        : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            cancellationToken.IsCancellationRequested.ShouldBeTrue("a stop cancels the start");
            LogFailure(log, null);
            return Task.FromCanceled(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private static readonly Action<ILogger, Exception?> LogFailure =
            LoggerMessage.Define(LogLevel.Error, new EventId(1), "A part that was cancelled");
    }

    private sealed class Fails : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new IOException("no disk");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
