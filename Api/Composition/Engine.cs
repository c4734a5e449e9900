using Microsoft.AspNetCore.DataProtection;
using Orleans.Dashboard;
using OrleansSale.Api.Batches;
using OrleansSale.Api.Documentation;
using OrleansSale.Api.Health;
using OrleansSale.Api.Operators;
using OrleansSale.Api.Orders;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Payments;
using OrleansSale.Api.Problems;
using OrleansSale.Api.Purchases;
using OrleansSale.Api.Requests;
using OrleansSale.Api.Reservations;
using OrleansSale.Api.Sandbox;
using OrleansSale.Api.SignIn;
using OrleansSale.Api.Telemetry;
using OrleansSale.Api.Tickets;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Api.Composition;

/// <summary>Puts the front and its embedded silo together.</summary>
public static class Engine
{
    /// <summary>Where to listen when nothing else is said.</summary>
    public const string DefaultAddress = "http://localhost:8080";

    private const string SessionKeysName = "session-keys";

    /// <summary>
    /// Where settings and pages are: the working directory if they are there, else beside the program.
    /// </summary>
    public static string FindContentRoot() =>
        File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;

    /// <summary>Adds everything; the data directory is owned until the host is disposed.</summary>
    /// <exception cref="StartException">A setting is missing or wrong.</exception>
    /// <exception cref="DataDirectoryInUseException">Another process has the data directory.</exception>
    public static DataDirectory AddEngine(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var isDevelopment = builder.Environment.IsDevelopment();
        if (configuration["Sale:Front"] is { Length: > 0 } front && !front.Equals("Embedded", StringComparison.OrdinalIgnoreCase))
            throw new StartException($"Sale:Front is {front}: this version runs Embedded only.");
        if (configuration["ConnectionStrings:Sale"] is { Length: > 0 })
            throw new StartException("ConnectionStrings:Sale is set: this version keeps its data in SQLite files only.");

        // Keys are looked at before the directory is made: a start that cannot succeed leaves nothing behind.
        if (!isDevelopment) Keys.Load(configuration);
        var directory = OpenDirectory(configuration["Sale:DataDirectory"] is { Length: > 0 } path ? path : "data");
        try
        {
            if (isDevelopment) DevelopmentSecrets.Add(configuration, directory.PathOf(DevelopmentSecrets.FileName));
            var keys = Keys.Load(configuration);
            builder.WebHost.ConfigureKestrel(WebServer.Configure);
            builder.UseOrleans(silo => silo.ConfigureEmbedded(directory, configuration));
            AddFront(builder.Services, keys, configuration, isDevelopment);
            // A session is worth something here only, not on another engine of the same user account.
            builder.Services.AddDataProtection().SetApplicationName(SessionKeysName)
                .PersistKeysToFileSystem(new DirectoryInfo(directory.PathOf(SessionKeysName)));
            builder.Services.AddPayments(configuration, builder.Environment, directory.Path);
            builder.Services.AddTelemetry();
            builder.Services.AddDocumentation();
            if (string.IsNullOrEmpty(configuration["urls"])) builder.WebHost.UseUrls(DefaultAddress);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Maps everything. What is not meant for buyers is for operators only, outside Development.</summary>
    public static void MapEngine(this WebApplication app)
    {
        var isDevelopment = app.Environment.IsDevelopment();
        app.UseProblems();
        app.UseEventPages();
        // Within the problems: what it refuses is told like every other refusal.
        app.UseAuthorization();
        app.MapSignIn(isDevelopment);
        app.MapBatches();
        app.MapReservations();
        PurchaseApi.Map(app);
        app.MapOrders();
        app.MapNotifications();
        app.MapOperators();
        app.MapExports();
        app.MapHealth();
        app.MapTelemetry(isDevelopment);
        app.MapDocumentation(isDevelopment);
        if (PaymentOptions.UsesSandbox(app.Configuration, app.Environment)) app.MapSandbox();
        // It shows the actors' state and has no sign-in of its own.
        app.MapOrleansDashboard("/dashboard").RequireAuthorization(Authentication.OperatorPolicy).ExcludeFromDescription();
    }

    private static DataDirectory OpenDirectory(string path)
    {
        try
        {
            return DataDirectory.Open(path);
        }
        catch (Exception e) when (e is IOException and not DataDirectoryInUseException or UnauthorizedAccessException)
        {
            throw new StartException($"Sale:DataDirectory cannot be used: {e.Message}");
        }
    }

    private static void AddFront(IServiceCollection services, Keys keys, IConfiguration configuration, bool isDevelopment)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(keys);
        services.AddSingleton(new TicketSigner(keys.Ticket));
        services.AddSignIn(keys, configuration, isDevelopment);
        services.AddOptions<SaleOptions>().BindConfiguration("Sale").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CatalogueCopy>();
        services.AddSingleton<PurchaseLanes>();
        services.AddSingleton<PurchaseApi>();
        services.AddSingleton<OrderDesk>();
        services.AddSingleton<Patience>();
        services.AddHostedService<StartUp>();
    }
}
