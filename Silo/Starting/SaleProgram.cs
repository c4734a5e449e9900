using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// One of the engine's programs, from its arguments to its status. A fault that keeps it from starting is one line and
/// status 1. A program that is asked to stop while its host starts ends with status 0, as one that runs.
/// </summary>
public static partial class SaleProgram
{
    // They log a failure of the start with its stack trace. The program reports it in one line.
    private static readonly string[] TellersOfFailures =
    [
        "Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.DataProtection.KeyManagement.KeyRingProvider",
    ];

    private enum Stage
    {
        Starting,
        Running,
        Failed,
        Stopped,
    }

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="add">Adds everything. Its result is kept until the host is disposed of.</param>
    /// <param name="map">Maps the requests.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(
        string[] args, Func<WebApplicationBuilder, Task<IAsyncDisposable>> add, Action<WebApplication> map)
    {
        WebApplicationBuilder? builder = null;
        IHostApplicationLifetime? lifetime = null;
        // The first failure counts, because the cleanup after it may fail as well.
        Exception? first = null;
        var stage = Stage.Starting;
        bool IsStopped() => lifetime?.ApplicationStopping.IsCancellationRequested == true;
        try
        {
            CommandLine.Require(args);
            builder = WebApplication.CreateBuilder(
                new WebApplicationOptions { Args = args, ContentRootPath = FindContentRoot() });
            if (!ShowsTraces(builder.Configuration))
                HideFailures(builder.Services, () => stage == Stage.Starting && IsStopped() ? Stage.Stopped : stage);
            await using var data = await add(builder);
            await using var app = builder.Build();
            lifetime = app.Lifetime;
            try
            {
                TellEnvironment(app);
                map(app);
                await app.StartAsync();
                stage = Stage.Running;
            }
            catch (Exception failure)
            {
                // The host also stops when a service ends with a failure.
                var isStopped = IsStopped();
                var fault = isStopped ? FaultOf(app) : null;
                (first, stage) = (fault ?? failure, isStopped && fault is null ? Stage.Stopped : Stage.Failed);
                throw;
            }
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch when (stage == Stage.Stopped)
        {
            // Somebody asked for the stop, so the cancelled start is no failure.
            return 0;
        }
        catch (Exception failure) when (stage != Stage.Running)
        {
            var configuration = builder?.Configuration ?? WithoutFiles(args);
            await Console.Error.WriteLineAsync(
                ShowsTraces(configuration) ? (first ?? failure).ToString() : StartFailure.Describe(first ?? failure));
            return 1;
        }
    }

    /// <summary>
    /// The folder of settings and pages: the working directory if it has them, else the program's folder.
    /// </summary>
    public static string FindContentRoot() =>
        File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;

    // The failure that ended a background service; null: none.
    private static Exception? FaultOf(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Select(service => service.ExecuteTask?.Exception?.InnerException)
            .FirstOrDefault(fault => fault is not null);

    // These may ask for a more detailed log even when the files of settings are faulty.
    private static IConfiguration WithoutFiles(string[] args) => new ConfigurationBuilder().AddEnvironmentVariables()
        .AddCommandLine([.. args.Where(argument => argument.StartsWith("--", StringComparison.Ordinal))]).Build();

    private static bool ShowsTraces(IConfiguration configuration) =>
        new[] { "Default", nameof(OrleansSale) }.Any(category =>
        Enum.TryParse<LogLevel>(configuration[$"Logging:LogLevel:{category}"], ignoreCase: true, out var level)
            && level <= LogLevel.Debug);

    // This hides the failure, and the messages of components that stop after it. Lines that the settings hide stay
    // hidden.
    private static void HideFailures(IServiceCollection services, Func<Stage> stage) =>
        services.PostConfigure<LoggerFilterOptions>(options =>
        {
            options.Rules.Insert(0, new LoggerFilterRule(null, null, options.MinLevel, null));
            for (var i = 0; i < options.Rules.Count; i++)
            {
                var rule = options.Rules[i];
                options.Rules[i] = new LoggerFilterRule(
                    rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                    IsTold(stage(), category, level) && (rule.Filter?.Invoke(provider, category, level) ?? true));
            }
        });

    private static bool IsTold(Stage stage, string? category, LogLevel level) => stage switch
    {
        Stage.Running => true,
        Stage.Failed or Stage.Stopped => false,
        _ => level < LogLevel.Error || !TellersOfFailures.Contains(category),
    };

    private static void TellEnvironment(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SaleProgram).FullName!);
        var environment = app.Environment.EnvironmentName;
        if (!app.Environment.IsDevelopment()) Log.IsClosed(log, environment);
        else if (DevelopmentDoor.IsOpen(app.Configuration)) Log.IsOpenToNetwork(log, environment, DevelopmentDoor.Key);
        else Log.IsOpenHere(log, environment);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Information, "{Environment}: nothing is open by default, and secrets come from the settings")]
        public static partial void IsClosed(ILogger log, string environment);

        [LoggerMessage(2, LogLevel.Warning, "{Environment}: anybody who reaches it can become an operator, "
            + "so it answers this machine only. A real sale runs in Production")]
        public static partial void IsOpenHere(ILogger log, string environment);

        [LoggerMessage(3, LogLevel.Warning, "{Environment}: anybody who reaches it can become an operator, "
            + "and {Key} opens it to the network. A real sale runs in Production")]
        public static partial void IsOpenToNetwork(ILogger log, string environment, string key);
    }
}
