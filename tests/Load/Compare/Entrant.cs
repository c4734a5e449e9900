using System.Net;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// A contender with its processes, over all rounds. In its turn it has a fresh batch for every measurement, and
/// everything it stored in the turn is audited at its end.
/// </summary>
internal sealed class Entrant(Contender contender, CompareOptions options, Stage stage, WrkRun wrk) : IAsyncDisposable
{
    /// <summary>How often a measurement is made anew, with twice the users, because they ran out.</summary>
    private const int Tries = 3;

    /// <summary>Spare users, as a factor: a contender may be faster than it was.</summary>
    private const double Margin = 1.6;

    /// <summary>
    /// About what the fastest contender answers in a second on two cores; the fastest of those whose users have to
    /// reserve before, which takes its time.
    /// </summary>
    private const double LikelyAtFirst = 40_000, LikelyOfReserved = 4_000;

    private const string SoldOutBatch = "sold";

    /// <summary>Units of the batch that is sold out before refusals are measured: so many users hold one.</summary>
    private const int SoldOutUnits = 50_000;
    private const int SellingConnections = 64, OpenConnections = 256;

    /// <summary>Open loop: arrivals in percent of the peak that the closed loop has just shown.</summary>
    private static readonly int[] OpenPercents = [50, 90];

    /// <summary>For what is overdue when the processes go on after others' turns.</summary>
    private static readonly TimeSpan Awakening = TimeSpan.FromSeconds(0.5);

    private readonly RequestWriter _writer = new(stage.Secrets, stage.Address.Authority);
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _findings = new(StringComparer.Ordinal);
    private double? _mostPerSecond;
    private int _batches;

    /// <summary>Proves the contender and warms it up; the figures are dropped. Ends frozen.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await new Proof(contender, stage).RunAsync(cancellationToken);
        if (contender.Refuses) await SellOutAsync(cancellationToken);
        var seconds = Math.Max(1, options.WarmUpSeconds / options.Connections.Length);
        foreach (var count in options.Connections)
            _ = await MeasureClosedAsync(count, seconds, cancellationToken);
        await AuditAsync(cancellationToken);
        stage.Freeze();
    }

    /// <summary>Takes a turn; in every other one the most connections come first. Begins and ends frozen.</summary>
    public async Task<(Reading Closed, IReadOnlyList<Reading> Open)> TakeTurnAsync(
        int round, CancellationToken cancellationToken)
    {
        stage.Thaw();
        await Task.Delay(Awakening, cancellationToken);
        var (closed, open) = (new List<ClosedRun>(), new List<Reading>());
        foreach (var count in round % 2 == 1 ? options.Connections : [.. options.Connections.Reverse()])
            closed.Add(await MeasureClosedAsync(count, options.Seconds, cancellationToken));
        var peak = closed.Max(run => run.PerSecond);
        foreach (var percent in OpenPercents)
            open.Add(await MeasureOpenAsync(round, percent, peak * percent / 100, cancellationToken));
        await AuditAsync(cancellationToken);
        stage.Freeze();
        var reading = ClosedRun.Read(contender.Name, round, closed, [.. _findings]);
        _findings.Clear();
        return (reading, open);
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    private async Task<ClosedRun> MeasureClosedAsync(
        int connections, int seconds, CancellationToken cancellationToken)
    {
        var likely = _mostPerSecond ?? (contender.NeedsReservations ? LikelyOfReserved : LikelyAtFirst);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var users = (int)(likely * (seconds + 1) * Margin * Math.Pow(2, attempt)) + connections;
            var (batch, requests) = await PrepareAsync(users, cancellationToken);
            wrk.Share(requests);
            var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
            var count = await wrk.RunAsync(stage.Address, connections, seconds, cancellationToken);
            var usage = meter.Stop();
            // If users ran out the last one was sent again and again: what the answers acknowledge is not known.
            Tell(batch, count.RanOut
                ? new Told(0, count.Sent, [])
                : new Told(count.Answers - count.Refusals, count.Undecided, []));
            if (count.RanOut) continue;

            var good = contender.Refuses ? count.Refusals : count.Answers - count.Refusals;
            if (count.Answers - good + count.Lost is > 0 and var bad)
                _findings.Add($"{bad} answers are not what they must be, at {connections} connections");
            var run = new ClosedRun(connections, count.Microseconds / 1e6, good, count.P99 / 1e3, usage);
            _mostPerSecond = Math.Max(_mostPerSecond ?? 0, run.PerSecond);
            return run;
        }

        throw new EngineException($"{contender.Name} answered more users than were prepared, {Tries} times");
    }

    /// <summary>Requests that come at a share of the peak. What is told of each is kept for the audit.</summary>
    private async Task<Reading> MeasureOpenAsync(
        int round, int percent, double perSecond, CancellationToken cancellationToken)
    {
        var (batch, requests) = await PrepareAsync(Math.Max(1, (int)(perSecond * options.Seconds)), cancellationToken);
        // What earlier measurements left is cleared away now, not while latencies are taken.
        GC.Collect();
        var work = new Requests(requests, perSecond) { Expected = contender.Expected };
        await SendAsync(work, OpenConnections, cancellationToken);
        Tell(batch, ToldOf(work));
        if (work.Count - work.Good is > 0 and var bad)
            _findings.Add($"{bad} answers are not what they must be, at {percent} % of the peak: {work.Unexpected}");
        var latencies = work.SettledLatencies();
        return new Reading($"{contender.Name}, {percent} %", round, new OrderedDictionary<string, double>
        {
            ["intendedPerSecond"] = perSecond,
            // Below about 0.97 a queue has built up, and latencies measure the queue.
            ["keptUp"] = work.PerSecond / perSecond,
            ["p50Ms"] = latencies.Milliseconds(50),
            ["p90Ms"] = latencies.Milliseconds(90),
            ["p99Ms"] = latencies.Milliseconds(99),
            ["p999Ms"] = latencies.Milliseconds(99.9),
            ["maxMs"] = latencies.Milliseconds(100),
        }, []);
    }

    /// <summary>A request for each user, of a fresh batch with a unit for all, or of the sold-out one.</summary>
    private async Task<(string Batch, byte[][] Requests)> PrepareAsync(int users, CancellationToken cancellationToken)
    {
        if (contender.Refuses) return (SoldOutBatch, Write(SoldOutBatch, SoldOutUnits, users));
        var batch = $"batch-{++_batches}";
        await stage.OpenAsync(batch, users, cancellationToken);
        return (batch, Write(batch, 0, users));
    }

    private byte[][] Write(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => contender.Request(_writer, batch, number));

    private async Task SellOutAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(SoldOutBatch, SoldOutUnits, cancellationToken);
        var work = new Requests(Write(SoldOutBatch, 0, SoldOutUnits));
        await SendAsync(work, SellingConnections, cancellationToken);
        if (work.Good < work.Count)
            throw new EngineException($"{contender.Name} could not be sold out: {work.Unexpected}\n{stage.Output}");
        Tell(SoldOutBatch, ToldOf(work));
    }

    // The first request is of the first user. Where it is not, refusals are measured, and nobody is told an order.
    private Told ToldOf(Requests work)
    {
        OrderTold[] orders =
        [
            .. from index in Enumerable.Range(0, work.Count)
               let body = work.BodyOf(index)
               where body is not null
               select contender.Read(body.Value, index),
        ];
        return new Told(orders.Length, work.CountOf(Fate.Undecided), orders);
    }

    private async Task SendAsync(Requests work, int connections, CancellationToken cancellationToken)
    {
        using var client =
            new WireClient([new IPEndPoint(IPAddress.Loopback, stage.Address.Port)], connections, Market.AnswerWithin);
        await client.RunAsync(work, cancellationToken);
    }

    // What is measured of a sold-out batch is refused; an order told all the same is one too many.
    private void Tell(string batch, Told told) => _told[batch] = _told.TryGetValue(batch, out var before)
        ? new Told(before.Acknowledged + told.Acknowledged, before.Undecided, [.. before.Orders, .. told.Orders])
        : told;

    private async Task AuditAsync(CancellationToken cancellationToken)
    {
        foreach (var (batch, told) in _told)
        {
            if (await stage.ReadAsync(batch, cancellationToken) is { } stored) _findings.UnionWith(stored.Judge(told));
            // It is not sold from again; the one that is sold out is asked for in every turn.
            if (!contender.Refuses) _told.Remove(batch);
        }
    }
}
