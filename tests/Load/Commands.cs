using System.CommandLine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Line;
using OrleansSale.Tests.Load.LocalCluster;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Pages;
using OrleansSale.Tests.Load.Payments;
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
            MeasureRun.RunAsync),
        Experiment.Of<LineOptions>(
            "line", "Measures the line: joins beside purchases, and many holds that end at one instant.",
            LineRun.RunAsync),
        Experiment.Of<PaymentsOptions>(
            "payments", "Measures notifications of captured payments, each answered when it is durable.",
            PaymentsRun.RunAsync),
        Experiment.Of<OverloadOptions>(
            "overload", "Asks for 2 and 4 times what the engine can do, and checks what becomes of it.",
            (options, cancellationToken) => new OverloadRun(options).RunAsync(cancellationToken)),
        Experiment.Of<ViewersOptions>(
            "viewers", "Sells before the eyes of many viewers, and checks what they are told and what they cost.",
            ViewersRun.RunAsync),
        Experiment.Of<PagesOptions>(
            "pages", "Sells while visitors load the page of the sale, and says what that costs the purchases.",
            PagesRun.RunAsync),
        Experiment.Command<LocalClusterOptions>(
            "cluster", "Runs PostgreSQL, silos and fronts on loopback, until Ctrl-C.", LocalClusterRun.RunAsync),
        AuditCommand.Make(),
    };
}
