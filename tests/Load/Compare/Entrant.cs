using System.Net;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// A contender with its processes, over all rounds. In its turn it has a fresh batch for every measurement, and
/// everything it stored in the turn is audited at its end against what every user was told.
/// </summary>
internal sealed class Entrant(Contender contender, CompareOptions options, Stage stage) : IAsyncDisposable
{
    /// <summary>Answers a second, before the first measurement has shown them.</summary>
    private const double LikelyAtFirst = 2_000;

    /// <summary>Share of the warm-up that may be left: what is measured tells how many users the rest takes.</summary>
    private const double WarmUpLeft = 0.2;

    private const string SoldOutBatch = "sold";

    /// <summary>Units of the batch that is sold out before refusals are measured: so many users hold one.</summary>
    private const int SoldOutUnits = 50_000, SellingConnections = 64;

    /// <summary>For what is overdue when the processes go on after others' turns.</summary>
    private static readonly TimeSpan Awakening = TimeSpan.FromSeconds(0.5);

    private readonly RequestWriter _writer = new(stage.Secrets, stage.Address.Authority);
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<int, double> _perSecond = [];
    private readonly SortedSet<string> _findings = new(StringComparer.Ordinal);
    private int _batches;

    /// <summary>Proves the contender and warms it up; the figures are dropped. Ends frozen.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await new Proof(contender, stage).RunAsync(cancellationToken);
        if (contender.Refuses) await SellOutAsync(cancellationToken);
        var seconds = (double)options.WarmUpSeconds / options.Connections.Length;
        foreach (var connections in options.Connections)
        {
            for (var left = seconds; left > seconds * WarmUpLeft;)
                left -= (await MeasureAsync(connections, left, cancellationToken)).Seconds;
        }

        await AuditAsync(cancellationToken);
        stage.Freeze();
    }

    /// <summary>Takes a turn; in every other one the most connections come first. Begins and ends frozen.</summary>
    public async Task<Reading> TakeTurnAsync(int round, CancellationToken cancellationToken)
    {
        stage.Thaw();
        await Task.Delay(Awakening, cancellationToken);
        var runs = new List<Measured>();
        foreach (var connections in round % 2 == 1 ? options.Connections : [.. options.Connections.Reverse()])
            runs.Add(await MeasureAsync(connections, options.Seconds, cancellationToken));
        await AuditAsync(cancellationToken);
        stage.Freeze();
        var reading = Measured.Read(contender.Name, round, runs, [.. _findings]);
        _findings.Clear();
        return reading;
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    /// <summary>
    /// Serves as many users as take so many seconds, with a fresh batch that has a unit for all, or the sold-out one.
    /// </summary>
    private async Task<Measured> MeasureAsync(int connections, double seconds, CancellationToken cancellationToken)
    {
        var users = Math.Max(connections, (int)(_perSecond.GetValueOrDefault(connections, LikelyAtFirst) * seconds));
        var (batch, first) = contender.Refuses ? (SoldOutBatch, SoldOutUnits) : ($"batch-{++_batches}", 0);
        if (!contender.Refuses) await stage.OpenAsync(batch, users, cancellationToken);
        var requests = Write(batch, first, users);
        // The garbage of the preparation is collected now, not while others are measured.
        GC.Collect();
        var work = new Requests(requests) { Expected = contender.Expected, CountsFromSending = true };
        var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
        await SendAsync(work, connections, cancellationToken);
        var used = meter.Stop();
        Tell(batch, first, work);
        if (work.Good == 0) throw Fault($"serves nobody at {connections} connections", work);
        if (work.Count - work.Good is > 0 and var bad)
            _findings.Add($"{bad} answers are not what they must be, at {connections} connections: {work.Unexpected}");
        var run = new Measured(
            connections, work.SecondsToLast(_ => true), work.Good, work.Latencies(_ => true).P99, used);
        _perSecond[connections] = run.PerSecond;
        return run;
    }

    private async Task SellOutAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(SoldOutBatch, SoldOutUnits, cancellationToken);
        var work = new Requests(Write(SoldOutBatch, 0, SoldOutUnits));
        await SendAsync(work, SellingConnections, cancellationToken);
        if (work.Good < work.Count) throw Fault("could not be sold out", work);
        Tell(SoldOutBatch, 0, work);
    }

    private EngineException Fault(string what, Requests work) =>
        new($"{contender.Name} {what}: {work.Unexpected}\n{stage.Output}");

    private byte[][] Write(string batch, int first, int count) =>
        RequestWriter.Many(first, count, number => contender.Request(_writer, batch, number));

    private async Task SendAsync(Requests work, int connections, CancellationToken cancellationToken)
    {
        using var client =
            new WireClient([new IPEndPoint(IPAddress.Loopback, stage.Address.Port)], connections, Market.AnswerWithin);
        await client.RunAsync(work, cancellationToken);
    }

    // What is measured of a sold-out batch is refused; an order told all the same is one too many.
    private void Tell(string batch, int first, Requests work)
    {
        var before = _told.GetValueOrDefault(batch, new Told([]));
        var orders =
            from index in Enumerable.Range(0, work.Count)
            let body = work.BodyOf(index)
            where body is not null
            select contender.Read(body.Value, first + index);
        _told[batch] = new Told([.. before.Orders, .. orders], before.Undecided + work.CountOf(Fate.Undecided));
    }

    private async Task AuditAsync(CancellationToken cancellationToken)
    {
        foreach (var (batch, told) in _told)
        {
            if (await stage.ReadAsync(batch, told, cancellationToken) is { } stored)
                _findings.UnionWith(stored.Judge(told));
            // It is not sold from again; the one that is sold out is asked for in every turn.
            if (!contender.Refuses) _told.Remove(batch);
        }
    }
}
