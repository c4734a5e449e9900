using OrleansSale.Api.Composition;
using OrleansSale.Silo.Cluster;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = Engine.FindContentRoot() });
    await using var data = await builder.AddEngineAsync();
    await using var app = builder.Build();
    app.MapEngine();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.IsExpected(e))
{
    Console.Error.WriteLine(StartFailure.Describe(e));
    return 1;
}
