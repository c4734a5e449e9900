using System.Diagnostics;
using System.Net;
using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>One sale from an empty engine to the audit of its ledger.</summary>
internal sealed class SelloutRun(SelloutOptions options, Progress progress)
{
    private const string Batch = "mi2-1";

    private const string Rehearsal = "rehearsal";
    private const int RehearsalBuyers = 2_000;
    private const double LeastReserveSeconds = 3;
    private const double ReserveMargin = 1.5;

    /// <summary>An answer is bound to 10 s by the engine; what takes longer than this is lost.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan BoardWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BoardInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs a sale under a display of its progress, and prints the report.</summary>
    public static async Task<SelloutReport> ShowAsync(SelloutOptions options, CancellationToken cancellationToken)
    {
        var report = await Progress.ShowAsync(progress => new SelloutRun(options, progress).RunAsync(cancellationToken));
        SelloutTable.Print(report);
        return report;
    }

    /// <summary>
    /// Runs the sale. The engine has ended and its data is gone when this returns, unless it is to be kept.
    /// </summary>
    public async Task<SelloutReport> RunAsync(CancellationToken cancellationToken)
    {
        var secrets = EngineSecrets.Make();
        await using var engine = await progress.StageAsync("Start the engine", () => StartAsync(secrets, cancellationToken));
        try
        {
            return await SellAsync(engine, new TokenSigner(secrets), cancellationToken);
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException)
        {
            throw new EngineException($"{exception.Message}\n--- the engine's last lines:\n{engine.Output}");
        }
        finally
        {
            await progress.StageAsync("Stop the engine", engine.StopAsync);
        }
    }

    private Task<IEngineUnderLoad> StartAsync(EngineSecrets secrets, CancellationToken cancellationToken)
    {
        if (options.Silos == 0) return EmbeddedEngine.StartAsync(secrets, options.Keep, cancellationToken);
        var folder = options.Keep ? Directory.CreateTempSubdirectory("orleanssale-sellout-").FullName : null;
        if (folder is not null) Console.WriteLine($"The database is kept in {folder}");
        return ClusterEngine.StartAsync(secrets, options.Silos, options.Fronts, folder, cancellationToken);
    }

    private async Task<SelloutReport> SellAsync(
        IEngineUnderLoad engine, TokenSigner signer, CancellationToken cancellationToken)
    {
        using var client = new EngineClient(engine.Fronts[0], AnswerWithin);
        var servers = engine.Fronts.Select(front => new IPEndPoint(IPAddress.Loopback, front.Port)).ToList();
        using var wire = new WireClient(servers, options.Connections, AnswerWithin);
        var host = engine.Fronts[0].Authority;
        var chef = signer.Sign(BatchPlan.Channel, "chef", "operator");

        var buyers = await progress.StageAsync("Sign in the buyers", () => Task.Run(() => new Buyers(options, signer)));
        Task<double> ReserveSomeAsync(string batch, int first, int count) =>
            ReserveAsync(wire, new Registration(buyers, first, count, batch, host), batch, cancellationToken);

        var seconds = options.ReserveSeconds ?? await ForeseeSecondsAsync(client, chef, ReserveSomeAsync);
        var opens = DateTimeOffset.UtcNow.AddSeconds(Math.Ceiling(seconds));
        await CreateAsync(client, chef, new BatchPlan(Batch, options.Units, opens));
        var reservationsPerSecond = await ReserveSomeAsync(Batch, 0, buyers.Count);
        var untilOpening = opens - DateTimeOffset.UtcNow;
        var opening = Stopwatch.GetTimestamp() + (long)(untilOpening.TotalSeconds * Stopwatch.Frequency);
        var clicks = new Clicks(buyers, options, Batch, host, opening);
        await WaitAsync(opens, cancellationToken);

        var before = (Engine: engine.Usage().Processor, Generator: OwnProcessor());
        await progress.StageAsync(
            "Sell", clicks.Count, () => clicks.Settled, () => wire.RunAsync(clicks, cancellationToken));
        var after = (Engine: engine.Usage().Processor, Generator: OwnProcessor());

        var record = Record(clicks, buyers);
        var sale = await progress.StageAsync("Audit the ledger", () => AuditAsync(client, chef, cancellationToken));
        var usage = engine.Usage();
        return new SelloutFindings(options, clicks, sale, record, opens)
        {
            BoardDisagrees = await BoardDisagreesAsync(client, sale, cancellationToken),
            SuspectedSilos = await engine.CountSuspectedAsync(cancellationToken),
        }.Report(
            engine,
            reservationsPerSecond,
            new EngineCost(
                (after.Engine - before.Engine).TotalSeconds,
                usage.Processor.TotalSeconds,
                usage.ResidentBytes / 1e6,
                usage.PeakResidentBytes / 1e6,
                await Metrics.ManagedHeapAsync(engine, AnswerWithin) / 1e6),
            (after.Generator - before.Generator).TotalSeconds);
    }

    /// <summary>
    /// How long the reservations will take on this machine, with a margin: a batch's schedule is fixed when it is
    /// created. Some of the buyers reserve for another batch, which never opens.
    /// </summary>
    private async Task<double> ForeseeSecondsAsync(
        EngineClient client,
        string chef,
        Func<string, int, int, Task<double>> reserveAsync)
    {
        await CreateAsync(client, chef, new BatchPlan(Rehearsal, 1, DateTimeOffset.UtcNow.AddHours(1)));
        var some = Math.Max(1, Math.Min(options.Buyers / 2, RehearsalBuyers));

        // The first ones find an engine that has never reserved before, and would foresee too long a time.
        await reserveAsync(Rehearsal, 0, some);
        var rate = await reserveAsync(Rehearsal, options.Buyers - some, some);
        return LeastReserveSeconds + ReserveMargin * options.Buyers / rate;
    }

    private static async Task CreateAsync(EngineClient client, string chef, BatchPlan plan)
    {
        var created = await client.CreateAsync(chef, plan);
        if (created.Status != 201) throw new EngineException($"the batch could not be created: {created}");
    }

    private async Task<double> ReserveAsync(
        WireClient wire, Registration registration, string batch, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await progress.StageAsync(
            batch == Rehearsal ? "Reserve, rehearsal" : "Reserve",
            registration.Count,
            () => registration.Done,
            () => wire.RunAsync(registration, cancellationToken));
        var rate = registration.Done / Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (registration.Done == registration.Count) return rate;
        var told = registration.Refusals.Snapshot().Select(refusal => $"{refusal.Value} × {refusal.Key}");
        throw new EngineException(
            $"only {registration.Done} of {registration.Count} buyers could reserve, at {rate:0}/s " +
            $"({string.Join(", ", told)} {registration.LastFailure}); " +
            "if the window was too short for this machine, pass --reserve-seconds");
    }

    private Task WaitAsync(DateTimeOffset opens, CancellationToken cancellationToken)
    {
        var wait = opens - DateTimeOffset.UtcNow;
        return wait <= TimeSpan.Zero
            ? throw new EngineException("the sale opened before the buyers were ready; pass a longer --reserve-seconds")
            : progress.StageAsync(
                "Wait for the opening",
                wait.TotalSeconds,
                () => wait.TotalSeconds - (opens - DateTimeOffset.UtcNow).TotalSeconds,
                () => Task.Delay(wait, cancellationToken));
    }

    private static ClientRecord Record(Clicks clicks, Buyers buyers)
    {
        var record = new ClientRecord();
        for (var buyer = 0; buyer < buyers.Count; buyer++)
            record.Reserved(Buyers.UserOf(buyer), Ticket.VersionOf(buyers.TicketOf(buyer)));
        for (var click = 0; click < clicks.Count; click++)
        {
            if (clicks.OrderOf(click) is not { } body) continue;
            var order = new EngineAnswer(201, JsonElement.Parse(body));
            var buyer = clicks.BuyerOf(click);
            record.Ordered(Buyers.UserOf(buyer), buyers.KeyOf(buyer), order.Text("id")!, order.Units());
        }

        return record;
    }

    private static async Task<AuditedSale> AuditAsync(
        EngineClient client, string chef, CancellationToken cancellationToken)
    {
        await using var export = await client.LedgerAsync(chef, Batch);
        return await LedgerAudit.ReadAsync(export, cancellationToken);
    }

    /// <summary>The board lags by 200 ms at most; once it has caught up it must say what the ledger says.</summary>
    private static async Task<string?> BoardDisagreesAsync(
        EngineClient client, AuditedSale sale, CancellationToken cancellationToken)
    {
        var patience = Stopwatch.GetTimestamp();
        while (true)
        {
            var board = (await client.BoardAsync(Batch)).Body;
            var head = board.GetProperty("head");
            var said = new UnitCounts(
                board.GetProperty("stock").GetInt32(),
                board.GetProperty("free").GetInt32(),
                board.GetProperty("held").GetInt32(),
                board.GetProperty("sold").GetInt32(),
                board.GetProperty("withdrawn").GetInt32());
            if (said == sale.Units && head.GetProperty("hash").GetString() == sale.HeadHash) return null;
            if (Stopwatch.GetElapsedTime(patience) > BoardWithin)
                return $"the board says {said} at {head}, the ledger {sale.Units} at {sale.HeadSeq}";
            await Task.Delay(BoardInterval, cancellationToken);
        }
    }

    private static TimeSpan OwnProcessor()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
