using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSale.Silo.Channels;
using OrleansSale.Silo.Clock;
using OrleansSale.Silo.Cluster.Tls;
using OrleansSale.Silo.Health;
using OrleansSale.Silo.Http;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Payments.Providers;
using OrleansSale.Silo.Posts;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Webhooks;

namespace OrleansSale.Silo.Cluster;

/// <summary>A silo as a process of its own. A small HTTP server serves monitoring.</summary>
public static class SiloHost
{
    /// <summary>The default address for health checks: on this machine only.</summary>
    public const string DefaultAddress = "http://localhost:8081";

    /// <summary>How long it may take to finish the requests in flight and to hand its batches over.</summary>
    public static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    // Other components log only what somebody needs to look at. A name covers all names that begin with it, so our own
    // name is listed again after Orleans.
    private static readonly Dictionary<string, string?> LogLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Orleans"] = "Warning",
        ["Logging:LogLevel:OrleansSale"] = "Information",
        // It would log every failing activation and document with a stack trace. The caller logs the failure once.
        ["Logging:LogLevel:Orleans.Grain"] = "Critical",
        ["Logging:LogLevel:Orleans.Storage"] = "Critical",
        // It would log every failed handshake with a stack trace. TlsRegistration logs it in one line.
        ["Logging:LogLevel:Orleans.Connections.Security"] = "None",
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
        // It would log each try. The caller logs the outcome of a call once.
        ["Logging:LogLevel:Polly"] = "None",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
    };

    /// <summary>Runs until it is stopped; returns the exit status.</summary>
    public static Task<int> RunAsync(string[] args) => SaleProgram.RunAsync(args, AddSiloAsync, Map);

    private static async Task<IAsyncDisposable> AddSiloAsync(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var isDevelopment = builder.Environment.IsDevelopment();
        configuration.AddDefaults(LogLevels);
        WebSettings.Require(builder, DefaultAddress);
        if (!isDevelopment) configuration.RequirePayments(builder.Environment, PaymentRole.Asks);
        ChannelSettings.Read(configuration, isDevelopment);
        var cluster = ClusterSettings.Load(configuration);
        var endpoint = SiloEndpoint.Load(configuration, isDevelopment);
        var tls = ClusterTls.Load(configuration);
        var database = await DatabaseStart.OpenAsync(configuration);
        try
        {
            await DatabaseStart.RequireLedgerAsync(database, configuration);
            if (isDevelopment)
            {
                AddDevelopmentPayments(configuration);
                DevelopmentSecrets.Add(configuration, database);
            }
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddHealth();
            builder.Services.AddHealthChecks().AddCheck<DamageCheck>(DamageCheck.Name);
            builder.Services.AddClock();
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopWithin);
            var channels = ChannelSettings.Read(configuration, isDevelopment);
            configuration.RequirePaymentsOf(channels, builder.Environment);
            builder.Services.AddSingleton(channels);
            builder.Services.AddPaymentProviders(configuration, builder.Environment, PaymentRole.Asks);
            builder.Services.AddPosts();
            builder.Services.AddWebhooks();
            builder.Services.AddTelemetry("orleans-sale-silo", "Npgsql");
            builder.UseOrleans(silo =>
            {
                silo.ConfigureCluster(database, cluster, endpoint, configuration);
                silo.UseClusterTls(tls);
            });
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    // The sandbox of the front at its default address.
    private static void AddDevelopmentPayments(ConfigurationManager configuration)
    {
        var defaults = new Dictionary<string, string?> { ["Payments:PublicAddress"] = "http://localhost:8080" };
        if (PaymentSettings.KeyOfSandbox(configuration, "Payments:BaseAddress") is { } key)
            defaults[key] = "http://localhost:8080/sandbox";
        configuration.AddDefaults(defaults);
    }

    private static void Map(WebApplication app)
    {
        app.UseRoutingWithHead();
        app.MapHealth();
        app.MapTelemetry();
        // A silo has no sign-in, so nobody can be let in as an operator.
        if (app.Environment.IsDevelopment()) app.MapDashboard();
    }
}
