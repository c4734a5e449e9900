using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Health;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Connections;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Operators;
using OrleansSale.Api.Operators.Announcements;
using OrleansSale.Api.Operators.Backlog;
using OrleansSale.Api.Operators.Messages;
using OrleansSale.Api.Operators.Money;
using OrleansSale.Api.Operators.Webhooks;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Payments;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Calendar;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Line;
using OrleansSale.Api.Sales.Live;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.Sales.Pages;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.Api.Sales.Replies;
using OrleansSale.Api.Sales.Reservations;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.Api.Sandbox;
using OrleansSale.Api.SignIn;
using OrleansSale.Api.SignIn.Platforms;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Silo;
using OrleansSale.Silo.Clock;
using OrleansSale.Silo.Health;
using OrleansSale.Silo.Http;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Posts;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Silo.Webhooks;

namespace OrleansSale.Api.Hosting;

/// <summary>Composes the front, with its silo if it has one.</summary>
public static class Engine
{
    /// <summary>The default address to listen on.</summary>
    public const string DefaultAddress = "http://localhost:8080";

    /// <summary>Adds everything. Keep the result until the host is disposed.</summary>
    /// <exception cref="StartException">A setting is missing or wrong, or the database can't be used.</exception>
    /// <exception cref="DataDirectoryInUseException">Another process has the data directory.</exception>
    public static async Task<EngineData> AddEngineAsync(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var isDevelopment = builder.Environment.IsDevelopment();
        WebSettings.Require(builder, DefaultAddress);
        builder.Services.AddPages(MerchantSettings.Read(configuration));
        var proxy = ProxySettings.Read(configuration);
        // Keys are checked before any data is touched, so a failed start leaves nothing behind.
        if (!isDevelopment)
        {
            Keys.Load(configuration, isDevelopment);
            var role = PaymentRegistration.RoleOf(EngineData.HasSiloBy(configuration));
            configuration.RequirePayments(builder.Environment, role);
            var (channels, _) = PlatformRegistration.Read(configuration, isDevelopment);
            configuration.RequirePaymentsOf(channels, builder.Environment);
        }
        var data = await EngineData.OpenAsync(configuration, builder.Environment);
        try
        {
            if (isDevelopment) data.AddSecrets(configuration);
            var keys = Keys.Load(configuration, isDevelopment);
            WebServer.Configure(builder.WebHost);
            PageFiles.Find(builder);
            RefusedHosts.AddTo(builder.Services);
            CompressedAnswers.AddTo(builder.Services);
            BehindProxy.AddTo(builder.Services, proxy.Site, proxy.Proxies);
            builder.AddConnections(OpenFiles.Limit);
            data.AddActors(builder);
            AddFront(builder.Services, keys, configuration, isDevelopment);
            // A session is valid at the fronts of this data only, not at another engine of the same account.
            data.KeepKeys(builder.Services.AddDataProtection().SetApplicationName(EngineData.SessionKeysName));
            var channels = builder.Services.AddPlatforms(configuration, builder.Environment);
            configuration.RequirePaymentsOf(channels, builder.Environment);
            builder.Services.AddPayments(
                configuration, builder.Environment, data.SandboxDirectory, data.HasSilo, data.IsShared);
            if (data.HasSilo)
            {
                builder.Services.AddPosts();
                builder.Services.AddWebhooks();
            }
            builder.Services.AddTelemetry("orleans-sale", "Microsoft.AspNetCore.Server.Kestrel");
            builder.Services.AddDocumentation();
            return data;
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Maps everything. Outside Development, every page that is not for buyers is for operators only.
    /// </summary>
    /// <exception cref="StartException">The keys of sessions, or the sandbox's file, can't be used.</exception>
    public static void MapEngine(this WebApplication app)
    {
        var isDevelopment = app.Environment.IsDevelopment();
        app.RequireSessionKeys();
        app.UseConnections(OpenFiles.Limit);
        PurchaseShortcut.Use(app);
        app.UseProblems();
        app.UseDraining();
        if (DemoBatch.IsOn(app.Configuration, app.Environment)) DemoVisits.Use(app);
        app.UseRequestOrigin();
        app.UseRoutingWithHead();
        CompressedAnswers.Use(app, BatchesApi.Path);
        PatientBody.Use(app);
        // They are inside the handler of problems, so their refusals are answered like all others.
        app.UseAuthentication();
        app.UseAuthorization();
        EventPages.Map(app);
        app.MapSignIn(isDevelopment);
        app.MapChannels();
        app.MapPlatforms();
        app.MapBatches();
        app.MapCalendar();
        app.MapLive();
        app.MapAnnouncements();
        app.MapReservations();
        app.MapLine();
        app.MapOperatorLine();
        app.MapBacklog();
        app.MapMoney();
        app.MapPayments();
        app.MapBuyerCommands();
        app.MapReservedDelivery();
        PurchaseApi.Map(app);
        RepliesApi.Map(app);
        app.MapOrders();
        app.MapNotifications();
        app.MapOperators();
        app.MapOperatorChanges();
        app.MapOperatorList();
        app.MapOperatorAnnouncements();
        app.MapOperatorMessages();
        app.MapUsers();
        app.MapExports();
        app.MapOrderSearch();
        app.MapWebhooks();
        app.MapFaults();
        app.MapHealth();
        var forOperators = app.MapForOperators();
        IEndpointRouteBuilder unlessDevelopment = isDevelopment ? app : forOperators;
        unlessDevelopment.MapTelemetry();
        unlessDevelopment.MapDocumentation();
        forOperators.MapDashboard().ExcludeFromDescription();
        if (PaymentOptions.UsesSandbox(app.Configuration, isDevelopment))
        {
            app.RequireSandbox();
            app.MapSandbox();
        }
        else if (PlatformRegistration.UsesSandbox(app.Services.GetRequiredService<ConfiguredChannels>()))
            app.MapSandboxPlatform();
    }

    private static void AddFront(
        IServiceCollection services, Keys keys, IConfiguration configuration, bool isDevelopment)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new TicketSigner(keys.Tickets));
        services.AddSignIn(keys.Signing, configuration, isDevelopment);
        services.AddOptions<SaleOptions>().BindConfiguration("Sale");
        services.AddSingleton<AnnouncementFeed>();
        services.AddSingleton<CatalogueCopy>();
        services.AddSingleton<BoardListing>();
        services.AddSingleton<StreamPlaces>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton<PurchaseCounter>();
        services.AddSingleton<PurchaseLanes>();
        services.AddSingleton<PurchaseReader>();
        services.AddSingleton<PurchaseHandler>();
        services.AddSingleton<PurchaseShortcut>();
        services.AddSingleton<PurchaseApi>();
        services.TryAddSingleton<PageAddresses>();
        services.AddSingleton<SalePage>(provider => provider.GetRequiredService<PageAddresses>().OfSale);
        services.AddSingleton<ReplyChannels>();
        services.AddSingleton<ReplyPosts>();
        services.AddSingleton<RepliesApi>();
        services.AddSingleton<OrderLookup>();
        services.AddSingleton<NotificationReceiver>();
        services.AddSingleton<PaymentNotices>();
        services.AddSingleton<ActorRetry>();
        services.AddSingleton<BatchCreation>();
        services.AddSingleton<Proposals>();
        services.AddSingleton<BatchCommands>();
        services.AddSingleton<BuyerCommands>();
        services.AddSingleton<BatchRecalls>();
        services.AddSingleton<AnnouncementCommands>();
        services.AddSingleton<MessageCommands>();
        services.AddSingleton<BatchExports>();
        services.AddSingleton<OrderSearch>();
        services.AddSingleton<WebhookCommands>();
        services.AddSingleton<PersonalData>();
        services.AddSingleton<WaitingRanges>();
        services.AddSingleton<KeptPlaces>();
        services.AddSingleton<CurrentFaults>();
        services.AddSingleton<IFaultSource, BatchFaults>();
        services.AddSingleton<IFaultSource, DamageFaults>();
        services.AddSingleton<IFaultSource, PostFaults>();
        services.AddSingleton<IFaultSource, MessageFaults>();
        services.AddSingleton<IFaultSource, WebhookFaults>();
        services.AddSingleton<DemoVisits>();
        services.AddHostedService<DemoBatch>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddSingleton<ActorsCheck>();
        services.AddHealth();
        services.AddClock();
        services.AddHealthChecks().AddCheck<DrainingCheck>(DrainingCheck.Name).AddCheck<ActorsCheck>(ActorsCheck.Name)
            .AddCheck<DamageCheck>(DamageCheck.Name);
    }
}
