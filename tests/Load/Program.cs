using System.CommandLine;
using OrleansSale.Tests.Load;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Sellout;

return await new RootCommand("Puts load on the engine from outside, and judges it by its ledger.")
{
    SelloutCommand.Make(),
    CompareCommand.Make(),
    AuditCommand.Make(),
}.Parse(args).InvokeAsync();
