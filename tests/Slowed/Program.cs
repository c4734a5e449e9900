using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSale.Api.Hosting;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Starting;
using OrleansSale.Tests.Slowed;

// The whole engine, composed as usual, on a slow ledger: --purchases-per-second N.
var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = SaleProgram.FindContentRoot() });
if (!double.TryParse(builder.Configuration["purchases-per-second"], out var perSecond) || perSecond <= 0)
{
    Console.Error.WriteLine("--purchases-per-second must be a number above 0.");
    return 1;
}

await using var data = await builder.AddEngineAsync();
var real = builder.Services.Single(service => service.ServiceType == typeof(ILedger));
builder.Services.Replace(ServiceDescriptor.Singleton<ILedger>(
    provider => new SlowedLedger((ILedger)real.ImplementationFactory!(provider), perSecond)));
await using var app = builder.Build();
app.MapEngine();
await app.RunAsync();
return 0;
