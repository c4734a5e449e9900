using System.Net;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Payments;

/// <summary>A program that answers the POSTs that are measured. Between its turns it stands still.</summary>
internal abstract class Notified(string name, Stage stage, PaymentsOptions options) : IAsyncDisposable
{
    /// <summary>For what is overdue when the processes go on after others' turns.</summary>
    private static readonly TimeSpan Awakening = TimeSpan.FromSeconds(0.5);

    public string Name => name;

    protected PaymentsOptions Options => options;

    /// <summary>Measures once; the figures are dropped, what is wrong is not. Ends frozen.</summary>
    /// <exception cref="EngineException">Something is wrong.</exception>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var reading = await MeasureAsync(0, cancellationToken);
        stage.Freeze();
        if (reading.Findings.Count > 0)
            throw new EngineException($"{name}: {string.Join("; ", reading.Findings)}\n{stage.Output}");
    }

    /// <summary>Begins and ends frozen.</summary>
    public async Task<Reading> TakeTurnAsync(int round, CancellationToken cancellationToken)
    {
        stage.Thaw();
        await Task.Delay(Awakening, cancellationToken);
        var reading = await MeasureAsync(round, cancellationToken);
        stage.Freeze();
        return reading;
    }

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    /// <summary>Prepares the POSTs of a turn.</summary>
    protected abstract Task<byte[][]> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>The faults of what it stored in this turn.</summary>
    protected abstract Task<IReadOnlyList<string>> JudgeAsync(byte[][] sent, CancellationToken cancellationToken);

    protected async Task<Requests> SendAsync(byte[][] requests, CancellationToken cancellationToken)
    {
        var work = new Requests(requests, keepsBodies: false) { CountsFromSending = true };
        using var client = new WireClient(
            [new IPEndPoint(IPAddress.Loopback, stage.Address.Port)], options.Connections, Market.AnswerWithin);
        await client.RunAsync(work, cancellationToken);
        return work;
    }

    protected static IEnumerable<string> Unexpected(Requests work, string what) => work.Good == work.Count
        ? []
        : [$"{work.Count - work.Good} of {work.Count} {what} were not answered as they must be: {work.Unexpected}"];

    private async Task<Reading> MeasureAsync(int round, CancellationToken cancellationToken)
    {
        var requests = await PrepareAsync(cancellationToken);
        // The garbage of the preparation is collected now, not while it is measured.
        GC.Collect();
        var meter = new UsageMeter(stage.HostProcess, stage.StoreProcess);
        var work = await SendAsync(requests, cancellationToken);
        var used = meter.Stop();
        var run = new Measured(
            options.Connections, work.SecondsToLast(_ => true), work.Good, work.Latencies(_ => true).P99, used);
        return Measured.Read(
            name, round, [run],
            [.. Unexpected(work, "requests"), .. await JudgeAsync(requests, cancellationToken)]);
    }
}

/// <summary>The POST that stores nothing and checks a ticket.</summary>
internal sealed class NotifiedNoOp(Stage stage, PaymentsOptions options) : Notified(Contender.NoOp, stage, options)
{
    private const string Batch = "noop";

    /// <summary>It is so much faster, and should not be measured for a moment alone.</summary>
    private const int RequestsPerOrder = 5;

    private readonly RequestWriter _writer = new(stage.Secrets, stage.Address.Authority);

    protected override Task<byte[][]> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult(
        RequestWriter.Many(0, Options.Orders * RequestsPerOrder, number => _writer.Purchase(Batch, number)));

    protected override Task<IReadOnlyList<string>> JudgeAsync(byte[][] sent, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}
