using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Composition;
using OrleansSale.Silo;
using OrleansSale.Silo.Storage.Sqlite;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = Engine.FindContentRoot() });
    using var directory = builder.AddEngine();
    await using var app = builder.Build();
    app.MapEngine();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is StartException or DataDirectoryInUseException or OptionsValidationException
    or IOException { InnerException: AddressInUseException }
    // A value of a wrong type: the binder's message names its key.
    or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
{
    // One line that says what to do; a stack trace would only hide it.
    Console.Error.WriteLine(e.Message);
    return 1;
}
