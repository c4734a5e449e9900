using OrleansSale.Tests.Load;
using OrleansSale.Tests.Load.Engine;

if (args is ["engine" or "line", ..] && !EngineSettings.AreOn) return await EngineSettings.RunAgainAsync(args);

// An interrupt lets a command end what it has started.
return await Commands.Make().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
