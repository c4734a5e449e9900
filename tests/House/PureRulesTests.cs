using OrleansSale.Tests.House.Metadata;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>
/// Rules are plain functions of their arguments: no grain type, no Task, no clock, no random, no logger. A rule is
/// every type in Grains/Batches whose file declares no grain, and the vocabulary of GrainInterfaces that decides
/// something.
/// </summary>
public class PureRulesTests
{
    // Files of Grains/Batches that declare no grain and hold no rules: they serve the grain, and they await.
    private static readonly string[] NotRules =
    [
        "BacklogCall.cs", "BatchErasure.cs", "BatchReminder.cs", "BatchReplay.cs", "BatchUpkeep.cs",
        "CaptureCall.cs", "CarriedBuyers.cs", "CheckoutAsker.cs", "CheckoutSweep.cs", "DurableBatch.cs",
        "FollowerCall.cs", "NewsCall.cs", "NextBatchCall.cs", "RefundSweep.cs", "RetriedCall.cs", "RosterCount.cs",
        "ScheduleNote.cs",
    ];

    private static readonly string[] RulesOfInterfaces =
    [
        "OrleansSale.GrainInterfaces.Batches.Timetable", "OrleansSale.GrainInterfaces.Batches.BatchTerms",
        "OrleansSale.GrainInterfaces.Users.UserId", "OrleansSale.GrainInterfaces.Orders.OrderId",
        "OrleansSale.GrainInterfaces.Orders.Money", "OrleansSale.GrainInterfaces.Catalogue.BacklogTaker",
    ];

    private static readonly string[] ImpureNamespaces =
    [
        "System.Threading", "System.Net", "System.Diagnostics.Tracing", "Microsoft.Extensions", "Microsoft.AspNetCore",
        "Microsoft.Data",
    ];

    private static readonly string[] ImpureTypes =
    [
        "System.TimeProvider", "System.Random", "System.Security.Cryptography.RandomNumberGenerator",
        "System.Diagnostics.Stopwatch", "System.Console", "System.IO.File", "System.IO.Directory",
        "System.IO.FileStream",
    ];

    private static readonly string[] ImpureMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid",
        "System.Guid.CreateVersion7", "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
        "System.Environment.GetEnvironmentVariable", "System.TimeZoneInfo.get_Local",
    ];

    [Fact]
    public void The_rules_of_a_batch_use_no_task_grain_clock_random_or_logger()
    {
        using var grains = CompiledAssembly.Named("OrleansSale.Grains");
        var rules = RulesOf(grains);
        foreach (var name in new[]
        {
            "SaleBatch", "Agenda", "EntryReader", "Orders.PurchaseRules", "Orders.HoldRules", "Orders.Order",
            "Payments.PaymentRules", "Directing.OperatorRules", "Stock.UnitSet",
        })
        {
            rules.ShouldContain($"OrleansSale.Grains.Batches.{name}");
        }
        grains.UsesOf(rules.Contains).Where(IsImpure).ShouldBeEmpty();
    }

    [Fact]
    public void The_rules_among_the_interfaces_are_pure_too()
    {
        using var interfaces = CompiledAssembly.Named("OrleansSale.GrainInterfaces");
        RulesOfInterfaces.Except(interfaces.Types).ShouldBeEmpty();
        // Types that actors exchange are marked for Orleans' serializer. They may use nothing else of Orleans.
        interfaces.UsesOf(RulesOfInterfaces.Contains)
            .Where(use => IsImpure(use)
                && use.Type is not ("Orleans.GenerateSerializerAttribute" or "Orleans.IdAttribute"
                or "Orleans.AliasAttribute" or "Orleans.ImmutableAttribute")).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_rule_is_there()
    {
        var files = RuleFolder().Select(Path.GetFileName).ToList();
        NotRules.Except(files).ShouldBeEmpty("an exception that is not needed any more");
    }

    [Theory]
    [InlineData(nameof(ImpureWaits), "System.Threading.Tasks.Task")]
    [InlineData(nameof(ImpureHides), "System.Threading.Tasks.Task")]
    [InlineData(nameof(ImpureReadsTheClock), "System.DateTimeOffset")]
    [InlineData(nameof(ImpureDraws), "System.Random")]
    [InlineData(nameof(ImpureIdentifies), "System.Guid")]
    [InlineData(nameof(ImpureLogs), "Microsoft.Extensions.Logging.ILogger`1")]
    [InlineData(nameof(ImpureAsks), "Orleans.IGrainFactory")]
    public void Impurity_is_seen_wherever_it_hides(string where, string what)
    {
        using var tests = new CompiledAssembly(typeof(PureRulesTests).Assembly.Location);
        var uses = tests.UsesOf(type => type == $"OrleansSale.Tests.House.{where}").Where(IsImpure).ToList();
        uses.ShouldContain(use => use.Type == what);
    }

    [Fact]
    public void Arithmetic_with_instants_is_pure()
    {
        using var tests = new CompiledAssembly(typeof(PureRulesTests).Assembly.Location);
        tests.UsesOf(type => type == typeof(PureArithmetic).FullName).Where(IsImpure).ShouldBeEmpty();
    }

    private static bool IsImpure(Use use) =>
        use.IsIn("Orleans") || ImpureNamespaces.Any(use.IsIn) || ImpureTypes.Contains(use.Type)
        || ImpureMembers.Contains($"{use.Type}.{use.Member}");

    private static HashSet<string> RulesOf(CompiledAssembly grains)
    {
        var ofGrains = grains.TypesDerivedFrom("Orleans.Grain").ToHashSet();
        ofGrains.ShouldNotBeEmpty();
        var rules = new HashSet<string>();
        foreach (var file in RuleFolder().Where(file => !NotRules.Contains(Path.GetFileName(file))))
        {
            var declared = Source.TypesIn(Repository.Read(file));
            if (!declared.Any(ofGrains.Contains)) rules.UnionWith(declared);
        }
        // Each name must be a type of the assembly. Otherwise the scan has misread the source.
        rules.Except(grains.Types.Select(type => type.Split('`')[0])).ShouldBeEmpty();
        return [.. grains.Types.Where(type => rules.Contains(type.Split('`')[0]))];
    }

    private static IEnumerable<string> RuleFolder() =>
        Repository.Files(".cs").Where(file => file.StartsWith("Grains/Batches/", StringComparison.Ordinal));
}
