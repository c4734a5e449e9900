using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Batches;
using OrleansSale.Api.Composition;
using OrleansSale.Api.Health;
using OrleansSale.Api.Operators;
using OrleansSale.Api.Orders;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Payments;
using OrleansSale.Api.Problems;
using OrleansSale.Api.Purchases;
using OrleansSale.Api.Reservations;
using OrleansSale.Api.SignIn;
using OrleansSale.Silo.Storage.Sqlite;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = Engine.FindContentRoot() });
    using var directory = builder.AddEngine();
    builder.Services.AddPayments(builder.Configuration, builder.Environment);
    if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls(Engine.DefaultAddress);

    await using var app = builder.Build();
    var isDevelopment = app.Environment.IsDevelopment();
    app.UseProblems();
    app.UseEventPages();
    app.MapSignIn(isDevelopment);
    app.MapBatches();
    app.MapReservations();
    PurchaseApi.Map(app);
    app.MapOrders();
    app.MapNotifications();
    app.MapOperators();
    app.MapExports();
    app.MapHealth();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is StartException or DataDirectoryInUseException or OptionsValidationException
    or IOException { InnerException: AddressInUseException })
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
