using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using OrleansSale.Api.Hosting;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Starting;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// The engine in this process, put together as its own program does it: front, silo and storage. Its web server is
/// asked for nothing but the exports that are audited.
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

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(1);

    private EngineData? _data;
    private WebApplication? _app;

    private HostedEngine()
    {
    }

    public ILedger Ledger => Service<ILedger>();

    public static async Task<HostedEngine> StartAsync(DataPlace place, CancellationToken cancellationToken)
    {
        var engine = new HostedEngine();
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                Args =
                [
                    .. Settings, $"--Sale:DataDirectory={place.Folder}",
                    .. place.Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
                ],
                ApplicationName = "OrleansSale.Api",
                ContentRootPath = WorkingCopy.Api,
                EnvironmentName = "Development",
            });
            engine._data = await builder.AddEngineAsync();
            engine._app = builder.Build();
            engine._app.MapEngine();
            await engine._app.StartAsync(cancellationToken);
            return engine;
        }
        catch (Exception failure)
        {
            await engine.ReleaseAsync();
            if (failure is OperationCanceledException) throw;
            throw new EngineException(StartFailure.Describe(failure));
        }
    }

    public ISaleBatchGrain Batch(string id) => Service<IGrainFactory>().GetGrain<ISaleBatchGrain>(id);

    public async Task<PurchaseLane> FindLaneAsync(string batch) =>
        Service<PurchaseLanes>().Of(await ListAsync(batch));

    /// <summary>Exports a batch's ledger, and replays it by an auditor that shares no code with the engine.</summary>
    public async Task<AuditedSale> AuditAsync(string batch, CancellationToken cancellationToken)
    {
        _ = await ListAsync(batch);
        using var client = new EngineClient(new Uri(_app!.Urls.Single()), AnswerWithin);
        var token = await client.DevTokenAsync("staff", "auditor", "operator");
        await using var export = await client.LedgerAsync(token, batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.StopAsync();
        await ReleaseAsync();
    }

    /// <summary>Puts a batch into the catalogue: its front knows no other one.</summary>
    private async Task<BoardFeed> ListAsync(string batch)
    {
        await Service<IGrainFactory>().GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(batch);
        return await Service<CatalogueCopy>().FindNewAsync(batch);
    }

    private async Task ReleaseAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        if (_data is not null) await _data.DisposeAsync();
    }

    private T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();
}
