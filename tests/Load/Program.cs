using System.CommandLine;
using OrleansSale.Tests.Load;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.LocalCluster;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Sellout;
using OrleansSale.Tests.Load.Viewers;

var command = new RootCommand("Puts load on the engine, and judges it by its ledger.")
{
    SelloutRun.Command(),
    CompareRun.Command(),
    MeasureRun.Command(),
    OverloadRun.Command(),
    ViewersRun.Command(),
    LocalClusterRun.Command(),
    AuditCommand.Make(),
};

// An interrupt lets a command end what it has started.
return await command.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
