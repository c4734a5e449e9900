using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>Judges a sale by what clients were told and what the ledger says.</summary>
internal sealed class SelloutFindings(
    SelloutOptions options, Requests clicks, Buyers buyers, AuditedSale sale, DateTimeOffset opens)
{
    private const int ViolationsShown = 20;

    /// <summary>The refusals that a buyer with a ticket may get at a sale that is open.</summary>
    private static readonly string[] Expected = ["sold-out", "overloaded"];

    /// <summary>In which way the board differs from the ledger; null if it does not.</summary>
    public required string? BoardDisagrees { get; init; }

    /// <summary>Silos that others took for dead, or suspected of it, though none was ended.</summary>
    public required int SuspectedSilos { get; init; }

    /// <summary>The whole report.</summary>
    public SelloutReport Report(
        EngineUnderLoad engine, double reservationsPerSecond, EngineCost cost, double generatorSeconds)
    {
        var all = Enumerable.Range(0, clicks.Count).ToList();
        var lastOrder = all.Where(click => clicks.BodyOf(click) is not null).Max(clicks.SinceStart)?.TotalSeconds ?? 0;
        var unitsSold = sale.Units.Held + sale.Units.Sold;
        var (record, duplicates) = Record();
        var told = record.Against(sale);
        var undecided = clicks.CountOf(Fate.Undecided);
        return new SelloutReport
        {
            Surroundings = Survey.Take(),
            Silos = options.Cluster,
            Fronts = engine.Fronts.Count,
            Units = options.Units,
            Buyers = options.Buyers,
            Clicks = clicks.Count,
            Connections = options.Connections,
            ArrivalSeconds = options.ArrivalSeconds,
            Seed = options.Seed,
            UnitsSold = unitsSold,
            RefusalsByCode = clicks.Refusals.Snapshot(),
            Undecided = undecided,
            Duplicates = duplicates,
            Repeats = clicks.Repeats,
            SecondsToLastUnitInLedger = (sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds,
            SecondsToLastOrderAnswered = lastOrder,
            SecondsToLastAnswer = all.Max(clicks.SinceStart)?.TotalSeconds ?? 0,
            DurablePurchasesPerSecond = lastOrder > 0 ? unitsSold / lastOrder : 0,
            LatencyMs = LatencyRow.Of(clicks.Latencies(_ => true)),
            OrderLatencyMs = LatencyRow.Of(clicks.Latencies(click => clicks.BodyOf(click) is not null)),
            StartToFirstAnswerSeconds = engine.ToFirstAnswer.TotalSeconds,
            StartToReadySeconds = engine.ToReady.TotalSeconds,
            ReservationsPerSecond = reservationsPerSecond,
            Engine = cost,
            GeneratorProcessorSeconds = generatorSeconds,
            Durability = engine.Durability,
            Audit = Summary(told, record.Facts),
            Failures = [.. FailuresOf(told, undecided, duplicates, unitsSold)],
        };
    }

    private IEnumerable<string> FailuresOf(Violations told, int undecided, int duplicates, int unitsSold)
    {
        if (!sale.Sound) yield return $"the ledger breaks {sale.Violations.Total} promises";
        if (told.Total > 0) yield return $"{told.Total} facts told to clients are not in the ledger";
        if (undecided > 0) yield return $"{undecided} requests are undecided ({clicks.LastFailure})";
        if (duplicates > 0) yield return $"{duplicates} duplicates";
        var refusals = clicks.Refusals.Snapshot();
        var unexpected = refusals.Where(refusal => !Expected.Contains(refusal.Key)).Sum(refusal => refusal.Value);
        if (unexpected > 0) yield return $"{unexpected} refusals that no buyer with a ticket should get";
        if (unitsSold < Math.Min(options.Units, options.Buyers) && !refusals.ContainsKey("overloaded"))
            yield return $"only {unitsSold} units were sold, though nobody was told to come back";
        if (BoardDisagrees is not null) yield return BoardDisagrees;
        if (SuspectedSilos > 0) yield return $"{SuspectedSilos} healthy silos were suspected of being dead";
    }

    /// <summary>What clients were told, and how many orders are a user's or a double click's second.</summary>
    private (ClientRecord Record, int Duplicates) Record()
    {
        var (record, ids) = (new ClientRecord(), new Dictionary<int, string>());
        var duplicates = sale.Orders.Count - sale.Orders.DistinctBy(order => order.Alias).Count();
        for (var buyer = 0; buyer < buyers.Count; buyer++)
        {
            var ticket = buyers.TicketOf(buyer);
            record.Reserved(RequestWriter.UserOf(buyer), Ticket.VersionOf(ticket), Ticket.AliasOf(ticket));
        }

        for (var click = 0; click < clicks.Count; click++)
        {
            if (clicks.BodyOf(click) is not { } body) continue;
            var (order, buyer) = (new EngineAnswer(201, JsonElement.Parse(body.Span)), buyers.BuyerOf(click));
            var id = order.Text("id")!;
            record.Ordered(RequestWriter.UserOf(buyer), buyers.KeyOf(buyer), id, order.Units());
            if (!ids.TryAdd(buyer, id) && ids[buyer] != id) duplicates++;
        }

        return (record, duplicates);
    }

    private AuditSummary Summary(Violations told, long facts) => new(
        sale.Entries,
        sale.HeadHash,
        new(Enum.GetValues<Invariant>().ToDictionary(
            invariant => invariant.ToString(), invariant => sale.Violations.Of(invariant) + told.Of(invariant)),
                StringComparer.Ordinal),
        facts,
        [.. sale.Violations.Kept.Concat(told.Kept).Take(ViolationsShown).Select(violation => violation.ToString())]);
}
