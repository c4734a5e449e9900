using OrleansSale.Api.Composition;
using OrleansSale.Silo.Starting;

return await SaleProgram.RunAsync(args, async builder => await builder.AddEngineAsync(), Engine.MapEngine);
