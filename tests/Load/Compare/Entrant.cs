using System.Net;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// A contender with its processes, over all rounds. In its turn it has a fresh batch for every measurement, and
/// everything it stored in the turn is audited at its end.
/// </summary>
internal sealed class Entrant(
    Contender contender, CompareOptions options, Stage stage, EngineSecrets secrets, WrkRun wrk) : IAsyncDisposable
{
    /// <summary>How often a measurement is made anew, with twice the users, because they ran out.</summary>
    private const int Tries = 3;

    /// <summary>Spare users, as a factor: a contender may be faster than it was.</summary>
    private const double Margin = 1.6;

    /// <summary>About what the fastest contender answers in a second on two cores.</summary>
    private const double LikelyAtFirst = 40_000;

    private const string SoldOutBatch = "sold";
    private const int SellingConnections = 64, OpenConnections = 256;

    /// <summary>For what is overdue when the processes go on after others' turns.</summary>
    private static readonly TimeSpan Awakening = TimeSpan.FromSeconds(0.5);

    private readonly RequestWriter _writer = new(secrets, stage.Address.Authority);
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _findings = new(StringComparer.Ordinal);
    private double _likelyPerSecond = LikelyAtFirst;
    private int _batches;

    /// <summary>Proves the contender and warms it up; the figures are dropped. Ends frozen.</summary>
    /// <exception cref="EngineException">It is no contender, or could not be measured.</exception>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await new Proof(contender, stage, secrets).RunAsync(cancellationToken);
        if (contender.Refuses) await SellOutAsync(cancellationToken);
        var seconds = Math.Max(1, options.WarmUpSeconds / options.Connections.Count);
        foreach (var count in options.Connections)
            _ = await MeasureClosedAsync(0, count, seconds, cancellationToken);
        await AuditAsync(cancellationToken);
        stage.Freeze();
    }

    /// <summary>Takes a turn; in every other one the most connections come first. Begins and ends frozen.</summary>
    public async Task<TurnResult> TakeTurnAsync(int round, CancellationToken cancellationToken)
    {
        stage.Thaw();
        await Task.Delay(Awakening, cancellationToken);
        var (closed, open) = (new List<ClosedResult>(), new List<OpenResult>());
        foreach (var count in round % 2 == 1 ? options.Connections : options.Connections.Reverse())
            closed.Add(await MeasureClosedAsync(round, count, options.Seconds, cancellationToken));
        var peak = closed.Max(result => result.PerSecond);
        foreach (var percent in options.OpenPercents)
            open.Add(await MeasureOpenAsync(round, percent, peak * percent / 100, cancellationToken));
        await AuditAsync(cancellationToken);
        stage.Freeze();
        var result = new TurnResult(round, contender, closed, open, [.. _findings]);
        _findings.Clear();
        return result;
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    private async Task<ClosedResult> MeasureClosedAsync(
        int round, int connections, int seconds, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var users = (int)(_likelyPerSecond * (seconds + 1) * Margin * Math.Pow(2, attempt)) + connections;
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
            var result = new ClosedResult(usage)
            {
                Round = round,
                Contender = contender.Name,
                Connections = connections,
                Seconds = count.Microseconds / 1e6,
                Good = good,
                Bad = count.Answers - good + count.Lost,
                P50Ms = count.P50 / 1e3,
                P99Ms = count.P99 / 1e3,
            };
            if (result.Bad > 0)
                _findings.Add($"{result.Bad} answers are not what they must be, at {connections} connections");
            _likelyPerSecond = Math.Max(_likelyPerSecond == LikelyAtFirst ? 0 : _likelyPerSecond, result.PerSecond);
            return result;
        }

        throw new EngineException($"{contender.Name} answered more users than were prepared, {Tries} times");
    }

    private async Task<OpenResult> MeasureOpenAsync(
        int round, int percent, double perSecond, CancellationToken cancellationToken)
    {
        var (batch, requests) =
            await PrepareAsync(Math.Max(1, (int)(perSecond * options.OpenSeconds)), cancellationToken);
        // What earlier measurements left is cleared away now, not while latencies are taken.
        GC.Collect();
        var work = new Requests(requests.Length, index => requests[index], perSecond, keepsBodies: !contender.Refuses)
        {
            Expected = contender.Refuses ? Fate.SoldOut : Fate.Made,
        };
        var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
        await SendAsync(work, OpenConnections, cancellationToken);
        var usage = meter.Stop();
        Tell(batch, new Told(work.Successes, work.CountOf(Fate.Undecided), [.. work.Bodies().Select(contender.Read)]));
        var bad = work.Count - work.Good;
        if (bad > 0)
            _findings.Add($"{bad} answers are not what they must be, at {percent} % of the peak: {work.Unexpected}");
        return new OpenResult(usage, work.SettledLatencies())
        {
            Round = round,
            Contender = contender.Name,
            Percent = percent,
            IntendedPerSecond = perSecond,
            PerSecond = work.PerSecond,
            Good = work.Good,
            Bad = bad,
        };
    }

    /// <summary>A request for each user, of a fresh batch with a unit for all, or of the sold-out one.</summary>
    private async Task<(string Batch, byte[][] Requests)> PrepareAsync(int users, CancellationToken cancellationToken)
    {
        if (contender.Refuses) return (SoldOutBatch, Write(SoldOutBatch, options.SoldOutUnits, users));
        var batch = $"batch-{++_batches}";
        await stage.OpenAsync(batch, users, cancellationToken);
        return (batch, Write(batch, 0, users));
    }

    private byte[][] Write(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => contender.Request(_writer, batch, number));

    private async Task SellOutAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(SoldOutBatch, options.SoldOutUnits, cancellationToken);
        var work = new Requests(Write(SoldOutBatch, 0, options.SoldOutUnits));
        await SendAsync(work, SellingConnections, cancellationToken);
        if (work.Good < work.Count)
            throw new EngineException($"{contender.Name} could not be sold out: {work.Unexpected}\n{stage.Output}");
        _told[SoldOutBatch] = new Told(work.Good, 0, [.. work.Bodies().Select(contender.Read)]);
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
