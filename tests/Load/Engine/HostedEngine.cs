using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using OrleansSale.Api.Hosting;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Starting;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// The engine in this process, put together as its own program does it: front, silo and storage. Its web server
/// listens, but nothing is asked of it.
/// </summary>
internal sealed class HostedEngine : IAsyncDisposable
{
    private static readonly string[] Settings =
    [
        "--urls=http://127.0.0.1:0", "--Sale:Demo=false",
        // Each of hundreds of batches says that it is active, and each engine that it keeps its keys; the report goes
        // to the same place.
        "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:OrleansSale=Warning",
        "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
        "--Logging:LogLevel:Microsoft.AspNetCore.DataProtection=Error",
    ];

    private readonly EngineData _data;
    private readonly WebApplication _app;

    private HostedEngine(EngineData data, WebApplication app) => (_data, _app) = (data, app);

    public IGrainFactory Actors => _app.Services.GetRequiredService<IGrainFactory>();

    public async Task<PurchaseLane> FindLaneAsync(string batch)
    {
        await Actors.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(batch);
        return _app.Services.GetRequiredService<PurchaseLanes>()
            .Of(await _app.Services.GetRequiredService<CatalogueCopy>().FindNewAsync(batch));
    }

    public ILedger Ledger => _app.Services.GetRequiredService<ILedger>();

    public static async Task<HostedEngine> StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        EngineData? data = null;
        WebApplication? app = null;
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                Args = [.. Settings, .. settings],
                ContentRootPath = WorkingCopy.Api,
                EnvironmentName = "Development",
            });
            data = await builder.AddEngineAsync();
            app = builder.Build();
            await app.StartAsync(cancellationToken);
            return new HostedEngine(data, app);
        }
        catch (Exception failure)
        {
            if (app is not null) await app.DisposeAsync();
            if (data is not null) await data.DisposeAsync();
            if (failure is OperationCanceledException) throw;
            throw new EngineException(StartFailure.Describe(failure));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _data.DisposeAsync();
    }
}

/// <summary>
/// A process' garbage collector is set when it starts, and the load generator's is not the engine's. What measures the
/// engine in its own process therefore starts itself again on the engine's runtime settings.
/// </summary>
internal static class EngineSettings
{
    private const string Mark = "ORLEANSSALE_ON_ENGINE_SETTINGS";
    public static bool AreOn => Environment.GetEnvironmentVariable(Mark) == "1";

    public static async Task<int> RunAgainAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "exec", "--runtimeconfig", WorkingCopy.ProgramOf("Api") + ".runtimeconfig.json",
                typeof(EngineSettings).Assembly.Location,
                .. Environment.GetCommandLineArgs()[1..],
            ]);
        start.Environment[Mark] = "1";
        using var again = Process.Start(start) ?? throw new EngineException("dotnet could not be started");
        await using var interrupt = cancellationToken.Register(() => _ = Signals.Interrupt(again.Id));
        await again.WaitForExitAsync(CancellationToken.None);
        return again.ExitCode;
    }
}
