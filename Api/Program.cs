using OrleansSale.Api.Hosting;
using OrleansSale.Silo.Starting;

return await SaleProgram.RunAsync(args, async builder => await builder.AddEngineAsync(), Engine.MapEngine);
