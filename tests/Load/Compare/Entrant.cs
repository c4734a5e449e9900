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
    private const int SellingConnections = 64;

    /// <summary>For what is overdue when the processes go on after others' turns.</summary>
    private static readonly TimeSpan Awakening = TimeSpan.FromSeconds(0.5);

    private readonly RequestWriter _writer = new(secrets, stage.Address.Authority);
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly List<string> _findings = [];
    private readonly Quiet _quiet = new(TimeSpan.FromSeconds(options.PatienceSeconds), Quiet.ReadOthersAsync);
    private double _likelyPerSecond = LikelyAtFirst;
    private int _batches;

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

    public async Task<TurnResult> TakeTurnAsync(int round, CancellationToken cancellationToken)
    {
        stage.Thaw();
        await Task.Delay(Awakening, cancellationToken);
        var closed = new List<ClosedResult>();
        foreach (var count in round % 2 == 1 ? options.Connections : options.Connections.Reverse())
        {
            closed.Add(
                await _quiet.MeasureAsync(() => MeasureClosedAsync(round, count, options.Seconds, cancellationToken)));
        }

        var peak = closed.Max(result => result.PerSecond);
        var open = new List<OpenResult>();
        foreach (var percent in options.OpenPercents)
        {
            open.Add(await _quiet.MeasureAsync(
                () => MeasureOpenAsync(round, percent, peak * percent / 100, cancellationToken)));
        }

        await AuditAsync(cancellationToken);
        stage.Freeze();
        List<string> findings = [.. _findings];
        _findings.Clear();
        return new TurnResult(round, contender, closed, open, findings);
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    private async Task<ClosedResult> MeasureClosedAsync(
        int round, int connections, int seconds, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var users = (int)(_likelyPerSecond * (seconds + 1) * Margin * Math.Pow(2, attempt - 1)) + connections;
            var (batch, requests) = await PrepareAsync(users, cancellationToken);
            wrk.Share(requests);
            var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
            var count = await wrk.RunAsync(stage.Address, connections, seconds, cancellationToken);
            var usage = meter.Stop();
            if (count.RanOut)
            {
                // The last user was sent again and again: what the answers acknowledge is not known.
                Tell(batch, new Told(0, count.Sent, []));
                continue;
            }

            var good = contender.Refuses ? count.Refusals : count.Answers - count.Refusals;
            Tell(batch, new Told(count.Answers - count.Refusals, count.Undecided, []));
            var bad = count.Answers - good + count.Lost;
            if (bad > 0) Find($"{bad} answers are not what they must be, at {connections} connections");
            var result = new ClosedResult(usage)
            {
                Round = round,
                Contender = contender.Name,
                Connections = connections,
                Seconds = count.Microseconds / 1e6,
                Good = good,
                Bad = bad,
                P50Ms = count.P50 / 1e3,
                P99Ms = count.P99 / 1e3,
            };
            _likelyPerSecond = _likelyPerSecond == LikelyAtFirst
                ? result.PerSecond
                : Math.Max(_likelyPerSecond, result.PerSecond);
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
            Expected = contender.Expected,
        };
        var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
        await SendAsync(work, options.OpenConnections, cancellationToken);
        var usage = meter.Stop();
        var orders = work.Bodies().Select(contender.Read).ToList();
        Tell(batch, new Told(work.Successes, work.CountOf(Fate.Undecided), orders));
        var bad = work.Count - work.Good;
        if (bad > 0) Find($"{bad} answers are not what they must be, at {percent} % of the peak: {work.Unexpected}");
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

    private void Tell(string batch, Told told)
    {
        // What is measured of a sold-out batch is refused; an order told all the same is one too many.
        _told[batch] = _told.TryGetValue(batch, out var before)
            ? new Told(before.Acknowledged + told.Acknowledged, before.Undecided, [.. before.Orders, .. told.Orders])
            : told;
    }

    private async Task AuditAsync(CancellationToken cancellationToken)
    {
        foreach (var (batch, told) in _told)
        {
            if (await stage.ReadAsync(batch, cancellationToken) is { } stored)
                foreach (var finding in stored.Judge(told)) Find(finding);
            // It is not sold from again; the one that is sold out is asked for in every turn.
            if (!contender.Refuses) _told.Remove(batch);
        }
    }

    private void Find(string finding)
    {
        if (!_findings.Contains(finding)) _findings.Add(finding);
    }
}
