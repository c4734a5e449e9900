using System.CommandLine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.LocalCluster;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Sellout;
using OrleansSale.Tests.Load.Viewers;

namespace OrleansSale.Tests.Load;

internal static class Commands
{
    public static RootCommand Make() => new("Puts load on the engine, and judges it by its ledger.")
    {
        Experiment.Of<SelloutOptions>(
            "sellout", "Sells a batch to many buyers at once, and audits the ledger.", SelloutRun.RunAsync),
        Experiment.Of<CompareOptions>(
            "compare", "Compares the engine with what would be taken instead, and with the machine's limit.",
            CompareRun.RunAsync),
        Experiment.Of<MeasureOptions>(
            "engine", "Measures the batch actor on its durable ledger, without HTTP.",
            (options, cancellationToken) => new MeasureRun(options).RunAsync(cancellationToken)),
        Experiment.Of<OverloadOptions>(
            "overload", "Asks for 2 and 4 times what the engine can do, and checks what becomes of it.",
            (options, cancellationToken) => new OverloadRun(options).RunAsync(cancellationToken)),
        Experiment.Of<ViewersOptions>(
            "viewers", "Sells before the eyes of many viewers, and checks what they are told and what they cost.",
            (options, cancellationToken) => new ViewersRun(options).RunAsync(cancellationToken)),
        Experiment.Command<LocalClusterOptions>(
            "cluster", "Runs PostgreSQL, silos and fronts on loopback, until Ctrl-C.", LocalClusterRun.RunAsync),
        AuditCommand.Make(),
    };
}
