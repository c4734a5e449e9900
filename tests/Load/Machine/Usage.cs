using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Compare.Machine;

/// <summary>Where the processor time of a measurement went.</summary>
/// <param name="HostSeconds">To the contender's web server; the engine's includes its store.</param>
/// <param name="StoreSeconds">To the store beside it.</param>
/// <param name="GeneratorSeconds">To the load generator.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
internal sealed record Usage(double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare);

/// <summary>Takes note of processor times, to tell afterwards where they went.</summary>
internal sealed class UsageMeter
{
    private readonly IStage? _stage;
    private readonly Moment _start;

    /// <summary>Starts now.</summary>
    /// <param name="stage">Whose processes are told apart; null: nobody's.</param>
    public UsageMeter(IStage? stage) => (_stage, _start) = (stage, Moment.Now(stage));

    /// <summary>What was used since.</summary>
    public Usage Stop()
    {
        var end = Moment.Now(_stage);
        var (host, store) = ((end.Host - _start.Host).TotalSeconds, (end.Store - _start.Store).TotalSeconds);
        var ours = (end.Ours - _start.Ours).TotalSeconds;
        var machine = (end.At - _start.At).TotalSeconds * Environment.ProcessorCount;
        var others = ((end.Busy - _start.Busy).TotalSeconds - ours) / machine;
        return new Usage(host, store, Math.Max(0, ours - host - store), Math.Clamp(others, 0, 1));
    }

    private readonly record struct Moment(DateTime At, TimeSpan Host, TimeSpan Store, TimeSpan Ours, TimeSpan Busy)
    {
        public static Moment Now(IStage? stage)
        {
            var tree = ProcessTree.Read();
            return new Moment(
                DateTime.UtcNow,
                stage is null ? TimeSpan.Zero : tree.ProcessorOf(stage.HostProcess),
                stage?.StoreProcess is { } store ? tree.ProcessorOf(store) : TimeSpan.Zero,
                tree.ProcessorOf(Environment.ProcessId),
                ProcessTree.ReadMachineBusy());
        }
    }
}
