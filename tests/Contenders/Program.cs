using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using OrleansSale.Api.Hosting;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.Silo.Starting;
using OrleansSale.Tests.Contenders;
using OrleansSale.Tests.Contenders.Stocks;

// What a merchant would use instead of the engine, each behind the engine's own web server: --contender NAME. They
// share the engine's server settings, logging, keys, ticket check and JSON, and nothing else.
var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = SaleProgram.FindContentRoot() });
WebServer.Configure(builder.WebHost);
var keys = Keys.Load(builder.Configuration, builder.Environment.IsDevelopment());
var name = builder.Configuration["contender"];
if (name == "noop-jwt") StockTokens.Add(builder.Services, keys.Signing);
await using var app = builder.Build();
app.MapGet("/health/ready", () => Results.Text("ready"));

var tickets = new TicketCheck(new TicketSigner(keys.Tickets));
switch (name)
{
    case "noop":
        new NoOp(tickets).Map(app);
        break;
    case "noop-jwt":
        NoOp.MapWithTokens(app);
        break;
    case "redis":
        new Purchases(tickets, await RedisStock.ConnectAsync(Store())).Map(app);
        break;
    case "postgres":
        new Purchases(tickets, new PostgresStock(Store())).Map(app);
        break;
    default:
        Console.Error.WriteLine("--contender must be noop, noop-jwt, redis or postgres.");
        return 1;
}

await app.RunAsync();
return 0;

string Store() =>
    builder.Configuration["store"] ?? throw new InvalidOperationException("--store is missing: where it is.");
