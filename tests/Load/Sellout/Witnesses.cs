using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What saw a sale, once it is over.</summary>
/// <param name="BoardDisagrees">In which way the board differs from the ledger; null if it does not.</param>
/// <param name="SuspectedSilos">Silos that others suspected of being dead, though none was ended.</param>
internal sealed record Witnesses(
    SelloutOptions Options, Buyers Buyers, Requests Clicks, AuditedSale Sale, string? BoardDisagrees,
    int SuspectedSilos)
{
    public const string PurchasesPerSecond = "durablePurchasesPerSecond";

    private const int ViolationsShown = 20;

    /// <summary>The refusals that a buyer with a ticket may get at a sale that is open.</summary>
    private static readonly string[] Expected = ["sold-out", "overloaded"];

    /// <summary>Units that the ledger has as held or sold in the end.</summary>
    private int UnitsSold => Sale.Units.Held + Sale.Units.Sold;

    /// <summary>
    /// What a sellout measured and found: judged by what clients were told and what the ledger says. Times are from the
    /// opening, latencies from a click's intended start.
    /// </summary>
    public Report Report(DateTimeOffset opens, Figures cost)
    {
        var (record, duplicates) = Record();
        var told = record.Against(Sale);
        var toLastOrder = Clicks.SecondsToLast(HasOrder);
        var figures = new Figures
        {
            ["silos"] = Options.Cluster,
            ["clicks"] = Clicks.Count,
            ["connections"] = Options.Connections,
            ["seed"] = Options.Seed,
            ["unitsSold"] = UnitsSold,
            ["refusalsByCode"] = Clicks.Refusals,
            ["undecided"] = Clicks.CountOf(Fate.Undecided),
            ["duplicates"] = duplicates,
            ["repeats"] = Clicks.Repeats,
            // By the ledger's clock; null if units were left.
            ["secondsToLastUnitInLedger"] = (Sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds,
            ["secondsToLastOrderAnswered"] = toLastOrder,
            ["secondsToLastAnswer"] = Clicks.SecondsToLast(_ => true),
            [PurchasesPerSecond] = toLastOrder > 0 ? UnitsSold / toLastOrder : 0,
            ["latencyMs"] = LatencyRow.Of(Clicks.Latencies(_ => true)),
            ["orderLatencyMs"] = LatencyRow.Of(Clicks.Latencies(HasOrder)),
            ["entries"] = Sale.Entries,
            ["head"] = Sale.HeadHash,
            ["factsTold"] = record.Facts,
            ["invariants"] = Enum.GetValues<Invariant>().ToDictionary(
                invariant => invariant.ToString(), invariant => Sale.Violations.Of(invariant) + told.Of(invariant)),
            ["violations"] = Sale.Violations.Kept.Concat(told.Kept).Take(ViolationsShown)
                .Select(violation => violation.ToString()).ToList(),
        };
        foreach (var (name, figure) in cost) figures[name] = figure;
        return new Report
        {
            Surroundings = Survey.Take(),
            Figures = figures,
            Tables = [FigureTable.SideBySide("What", [("Result", figures)])],
            Failures = [.. Failures(told, duplicates)],
        };
    }

    private bool HasOrder(int click) => Clicks.BodyOf(click) is not null;

    /// <summary>
    /// What clients were told, and how many orders are beyond a user's first or a double click's second.
    /// </summary>
    private (ClientRecord Record, int Duplicates) Record()
    {
        var (record, ids) = (new ClientRecord(), new Dictionary<int, string>());
        var duplicates = Sale.Orders.Count - Sale.Orders.DistinctBy(order => order.Alias).Count();
        for (var buyer = 0; buyer < Options.Buyers; buyer++)
        {
            var ticket = Buyers.TicketOf(buyer);
            record.Reserved(RequestWriter.UserOf(buyer), Ticket.VersionOf(ticket), Ticket.AliasOf(ticket));
        }

        for (var click = 0; click < Clicks.Count; click++)
        {
            if (Clicks.BodyOf(click) is not { } body) continue;
            var (order, buyer) = (new EngineAnswer(201, JsonElement.Parse(body.Span)), Buyers.BuyerOf(click));
            var id = order.Text("id")!;
            record.Ordered(RequestWriter.UserOf(buyer), Buyers.KeyOf(buyer), id, order.Units());
            if (!ids.TryAdd(buyer, id) && ids[buyer] != id) duplicates++;
        }

        return (record, duplicates);
    }

    private IEnumerable<string> Failures(Violations told, int duplicates)
    {
        if (!Sale.Sound) yield return $"the ledger breaks {Sale.Violations.Total} promises";
        if (told.Total > 0) yield return $"{told.Total} facts told to clients are not in the ledger";
        if (Clicks.CountOf(Fate.Undecided) is > 0 and var undecided)
            yield return $"{undecided} requests are undecided ({Clicks.LastFailure})";
        if (duplicates > 0) yield return $"{duplicates} duplicates";
        var unexpected = Clicks.Refusals.Where(one => !Expected.Contains(one.Key)).Sum(one => one.Value);
        if (unexpected > 0) yield return $"{unexpected} refusals that no buyer with a ticket should get";
        if (UnitsSold < Math.Min(Options.Units, Options.Buyers) && !Clicks.Refusals.ContainsKey("overloaded"))
            yield return $"only {UnitsSold} units were sold, though nobody was told to come back";
        if (BoardDisagrees is not null) yield return BoardDisagrees;
        if (SuspectedSilos > 0) yield return $"{SuspectedSilos} healthy silos were suspected of being dead";
    }
}
