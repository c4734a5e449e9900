using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Purchases;

/// <summary>
/// The lane of one front for one batch: purchases wait here in order of arrival, and everything that waits goes to the
/// batch in one call, while the next gather. One purchase per user and key: a second one joins the first until that is answered.
/// </summary>
/// <remarks>
/// Every purchase is answered within its bound, come what may: a call that fails is asked again under the same keys
/// (the batch answers a repeat with what it made the first time), and what is still open at the bound is answered
/// overloaded. That says nothing of what the batch has done or will do, so the client is told to ask again, which is
/// safe for the same reason.
/// </remarks>
public sealed partial class PurchaseLane(
    string batch, IGrainFactory grains, SaleOptions options, ILogger<PurchaseLane> log)
{
    /// <summary>Between two calls while the batch does not answer, doubled from the first to the second.</summary>
    public static readonly TimeSpan MinRetryDelay = TimeSpan.FromMilliseconds(20), MaxRetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the lane looks for purchases past their bound.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Purchases answered one after the other by one work item of the thread pool. One for each would cost more than the
    /// answer itself; one for a whole group would leave the other cores idle.
    /// </summary>
    public const int AnswersPerWorkItem = 32;

    private readonly Lock _lock = new();
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly Queue<Waiting> _queue = new();
    private readonly Dictionary<PurchaseRequest, Waiting> _open = [];
    private readonly Dictionary<string, int> _openOf = new(StringComparer.Ordinal);
    private readonly LanePace _pace = new(options.LaneCapacity, options.LongestWait);
    private bool _isPumping, _isSweeping;

    /// <summary>How many purchases wait to be handed to the batch, those included that were answered meanwhile.</summary>
    internal int QueuedCount
    {
        get
        {
            lock (_lock) return _queue.Count;
        }
    }

    /// <summary>Whether this user has a purchase under way here.</summary>
    public bool IsWaiting(string user)
    {
        lock (_lock) return _openOf.ContainsKey(user);
    }

    /// <summary>The outcome, within the bound.</summary>
    public Task<PurchaseOutcome> AskAsync(in PurchaseRequest request)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(request, out var first)) return first.Task;
            if (_open.Count >= _pace.MostOpen) return Task.FromResult(PurchaseOutcome.No(Refusal.Overloaded));
            var waiting = new Waiting(request, _monotonic.GetTimestamp());
            _open.Add(request, waiting);
            _openOf[request.User] = _openOf.GetValueOrDefault(request.User) + 1;
            _queue.Enqueue(waiting);
            if (!_isPumping) _ = PumpAsync();
            if (!_isSweeping) _ = SweepAsync();
            _isPumping = _isSweeping = true;
            return waiting.Task;
        }
    }

    private async Task PumpAsync()
    {
        // Off the caller's request, so that it can go on to wait for its answer.
        await Task.Yield();
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        var delay = MinRetryDelay;
        var group = new List<Waiting>(PurchaseCall.MaxCount);
        while (TakeGroup(group, out var isFull))
        {
            try
            {
                var asked = _monotonic.GetTimestamp();
                var requests = new PurchaseRequest[group.Count];
                for (var i = 0; i < requests.Length; i++) requests[i] = group[i].Request;
                var answer = await grain.PurchaseAsync(new PurchaseCall(requests));
                Finish([.. group], answer.Outcomes);
                lock (_lock) _pace.Answered(requests.Length, isFull, _monotonic.GetElapsedTime(asked));
                group.Clear();
                delay = MinRetryDelay;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Unknown, not failed: the same purchases are asked again, in the same order, with what arrived
                // meanwhile behind.
                Log.AskedAgain(log, batch, group.Count, e);
                await Task.Delay(delay);
                delay = delay * 2 < MaxRetryDelay ? delay * 2 : MaxRetryDelay;
            }
        }
    }

    // Keeps those of the group that are still open, and fills it up from the queue. False: nothing waits, the pump has
    // stopped.
    private bool TakeGroup(List<Waiting> group, out bool isFull)
    {
        lock (_lock)
        {
            group.RemoveAll(waiting => waiting.Task.IsCompleted);
            var most = _pace.MostInCall;
            while (group.Count < most && _queue.TryDequeue(out var next))
            {
                if (!next.Task.IsCompleted) group.Add(next);
            }
            isFull = group.Count >= most;
            if (group.Count == 0) _pace.Forget();
            return _isPumping = group.Count > 0;
        }
    }

    private async Task SweepAsync()
    {
        var bound = TimeSpan.FromSeconds(options.AnswerWithinSeconds);
        var late = new List<Waiting>();
        while (true)
        {
            await Task.Delay(SweepInterval);
            lock (_lock)
            {
                if (_open.Count == 0)
                {
                    _isSweeping = false;
                    return;
                }
                late.AddRange(_open.Values.Where(waiting => _monotonic.GetElapsedTime(waiting.Since) >= bound));
            }
            Finish([.. late], [.. Enumerable.Repeat(PurchaseOutcome.No(Refusal.Overloaded), late.Count)]);
            late.Clear();
            // They came first: what was answered while the batch says nothing must not pile up behind it.
            lock (_lock)
            {
                while (_queue.TryPeek(out var first) && first.Task.IsCompleted) _queue.Dequeue();
            }
        }
    }

    private void Finish(Waiting[] group, PurchaseOutcome[] outcomes)
    {
        for (var from = 0; from < group.Length; from += AnswersPerWorkItem)
        {
            var to = Math.Min(from + AnswersPerWorkItem, group.Length);
            ThreadPool.UnsafeQueueUserWorkItem(new Answers(this, group, outcomes, from, to), preferLocal: false);
        }
    }

    // Who asks the same from now on asks anew, for whoever has his answer is done with it. But his user is known to wait
    // until the front has learnt what the answer says, which ends when its telling does. Only one tells it.
    private void Finish(Waiting waiting, PurchaseOutcome outcome)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(waiting.Request, out var open) || open != waiting) return;
            _open.Remove(waiting.Request);
        }
        waiting.SetResult(outcome);
        lock (_lock)
        {
            var user = waiting.Request.User;
            if (_openOf[user] == 1) _openOf.Remove(user);
            else _openOf[user]--;
        }
    }

    // Who waits goes on right where its outcome is set.
    private sealed class Waiting(PurchaseRequest request, long since) : TaskCompletionSource<PurchaseOutcome>
    {
        public PurchaseRequest Request { get; } = request;

        public long Since { get; } = since;
    }

    private sealed class Answers(PurchaseLane lane, Waiting[] group, PurchaseOutcome[] outcomes, int from, int to) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            for (var i = from; i < to; i++) lane.Finish(group[i], outcomes[i]);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Batch {Batch} did not answer {Count} purchases; asking again")]
        public static partial void AskedAgain(ILogger log, string batch, int count, Exception exception);
    }
}
