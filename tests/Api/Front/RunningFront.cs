using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OrleansSale.Api.Hosting;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Front;

/// <summary>How to start a front.</summary>
internal sealed record FrontPlan
{
    public string Environment { get; init; } = "Development";

    /// <summary>Settings besides the secrets, such as <c>Orders:GraceSeconds</c>.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Whether it has one payment provider without a name; else the settings say which there are.</summary>
    public bool HasSoleProvider { get; init; } = true;

    /// <summary>Changes services after the engine has added its own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Its channels, named by their ids. The last has as many characters as a channel can have.</summary>
    public string[] Channels { get; init; } = ["weibo", "twitter", new('c', 32)];

    public EngineSecrets Secrets { get; init; } = EngineSecrets.Make();
}

/// <summary>
/// The engine in this process, composed exactly as its program composes it, listening on a free loopback port and on a
/// data directory of its own that goes with it.
/// </summary>
internal sealed class RunningFront : IAsyncDisposable
{
    private readonly ScratchFolder _directory;
    private readonly EngineData _owned;
    private readonly WebApplication _app;

    private RunningFront(ScratchFolder directory, EngineData owned, WebApplication app, FrontPlan plan,
        MovableClock clock, LogLines log)
    {
        (_directory, _owned, _app, Secrets, Clock, Log) = (directory, owned, app, plan.Secrets, clock, log);
        Client = new FrontClient(new Uri(app.Urls.First()));
        Sign = new Signing(plan.Secrets, KeyOf);
    }

    public FrontClient Client { get; }

    public EngineSecrets Secrets { get; }

    public Signing Sign { get; }

    public MovableClock Clock { get; }

    /// <summary>
    /// What it logs as an error: an exception that nobody expected shows here, whatever the client was told. Not
    /// Orleans and not the retries: they log as errors what the engine expects. Not slow writes: a busy disk has them.
    /// </summary>
    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where its files are.</summary>
    public string DataDirectory => _directory.Path;

    public static async Task<RunningFront> StartAsync(FrontPlan? plan = null)
    {
        plan ??= new FrontPlan();
        var (directory, clock, log) =
            (new ScratchFolder(), new MovableClock(), new LogLines(LogLevel.Error, "OrleansSale.", "Microsoft.")
            {
                Ignored = ["A write to the ledger hangs"],
            });
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "OrleansSale.Api",
            EnvironmentName = plan.Environment,
            ContentRootPath = WorkingCopy.Api,
            Args = [.. Arguments(plan, directory.Path)],
        });
        builder.Logging.ClearProviders().AddProvider(log);
        var owned = await builder.AddEngineAsync();
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        plan.Services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapEngine();
        await app.StartAsync();
        return new RunningFront(directory, owned, app, plan, clock, log);
    }

    /// <summary>Stops it as SIGTERM does; it can still be disposed of.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _owned.DisposeAsync();
        _directory.Dispose();
    }

    private byte[]? KeyOf(string batch) =>
        Services.GetRequiredService<CatalogueCopy>().FindAsync(batch).AsTask().GetAwaiter().GetResult()?.Key is { } key
            ? BytesOf(key)
            : null;

    // A secret: the engine gives it to nobody.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_bytes")]
    private static extern ref byte[] BytesOf(BatchKey key);

    private static IEnumerable<string> Arguments(FrontPlan plan, string directory)
    {
        yield return "--urls=http://127.0.0.1:0";
        yield return $"--Sale:DataDirectory={directory}";
        yield return "--Sale:Demo=false";
        foreach (var channel in plan.Channels) yield return $"--Channels:{channel}:Name:en={channel}";
        yield return $"--Auth:SigningKey={Convert.ToBase64String(plan.Secrets.SigningKey)}";
        yield return $"--Sale:TicketKey={Convert.ToBase64String(plan.Secrets.TicketKey)}";
        if (plan.HasSoleProvider)
        {
            yield return $"--Payments:ApiKey={plan.Secrets.PaymentsApiKey}";
            yield return $"--Payments:WebhookSecret={plan.Secrets.WebhookSecret}";
        }
        foreach (var (key, value) in plan.Settings) yield return $"--{key}={value}";
    }
}
