using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Silo.Hosting;

namespace OrleansSale.Tests.Cluster.Catalogue;

/// <summary>Waking the batches keeps no silo from its end.</summary>
public sealed class BatchWakerTests
{
    [Fact]
    public async Task A_silo_that_stops_does_not_wait_for_a_call_that_nobody_answers()
    {
        var lifecycle = new Lifecycle();
        using var waker = new BatchWaker(
            Silent.Create<IGrainFactory>(), Silent.Create<IClusterMembershipService>(),
            Silent.Create<ILocalSiloDetails>(), NullLogger<BatchWaker>.Instance);
        waker.Participate(lifecycle);
        await lifecycle.Observer!.OnStart(CancellationToken.None);
        await Silent.Called.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await lifecycle.Observer.OnStop(CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Answers no call that counts something, and gives more of itself for any other.</summary>
    public class Silent : DispatchProxy
    {
        public static TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static T Create<T>() where T : class => Create<T, Silent>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.ReturnType != typeof(Task<int>)) return Create(targetMethod.ReturnType, typeof(Silent));
            Called.TrySetResult();
            return new TaskCompletionSource<int>().Task;
        }
    }

    private sealed class Lifecycle : ISiloLifecycle, IDisposable
    {
        public ILifecycleObserver? Observer { get; private set; }

        public int HighestCompletedStage => ServiceLifecycleStage.Last;

        public int LowestStoppedStage => ServiceLifecycleStage.Last;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            Observer = observer;
            return this;
        }

        public void Dispose()
        {
        }
    }
}
