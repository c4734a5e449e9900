using System.Diagnostics;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// The lane of one front for one batch. Purchases wait here in order of arrival. All waiting purchases go to the batch
/// in one call, and meanwhile the next ones gather. An equal request joins the first until that is answered. With
/// another quantity, or another proof of the reservation, the same key is a purchase of its own.
/// </summary>
/// <remarks>
/// Every purchase is answered within its bound, whatever fails. A failed call is retried under the same keys; the batch
/// answers a repeat with the order that it made the first time. A purchase that is still open at the bound is answered
/// overloaded. The batch may or may not have made the order, so the client should retry. A retry is safe for the same
/// reason.
/// <para>
/// A caller first checks whether a user waits here, and then whether that user is known to hold a unit. In this order
/// it sees every unit that they got through this front, because the lane records the orders of a group before their
/// users stop waiting, and both before anybody is answered.
/// </para>
/// </remarks>
public sealed partial class PurchaseLane(
    BoardFeed feed, IGrainFactory grains, SaleOptions options, ILogger<PurchaseLane> log)
{
    /// <summary>Between two calls while the batch does not answer, doubled from the first to the second.</summary>
    public static readonly TimeSpan MinRetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the lane looks for purchases past their bound.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How many purchases one work item of the thread pool answers. A work item for each purchase would cost more than
    /// the answer; one for a whole group would leave the other cores idle.
    /// </summary>
    public const int AnswersPerWorkItem = 32;

    /// <summary>
    /// How many purchases one user may have under way here under different keys: as many as anybody may ever buy of a
    /// batch. Further ones are answered overloaded. So one user can neither fill the lane nor make its searches slow.
    /// </summary>
    public const int MaxOpenPerUser = BatchTerms.MaxPerUserLimit;

    private static readonly Task<PurchaseOutcome> Overloaded = Task.FromResult(PurchaseOutcome.No(Refusal.Overloaded));

    private readonly Lock _lock = new();
    // Those that are still to be sent to the batch. Some of them may be answered already.
    private readonly Queue<Waiting> _queue = new();
    private readonly Dictionary<Alias, Waiting> _open = [];
    private readonly Outage _outage = new("purchases");
    private readonly LanePace _pace = new(options.LaneCapacity, options.LongestWait);
    private int _openCount;
    private bool _isPumping, _isSweeping;

    /// <summary>The front's copy of the batch.</summary>
    public BoardFeed Feed => feed;

    /// <summary>How buyers are told that it is sold out.</summary>
    public SoldOutProblem SoldOut { get; } = new();

    /// <summary>Whether this user has a purchase under way here.</summary>
    public bool IsWaiting(Alias buyer)
    {
        lock (_lock) return _open.ContainsKey(buyer);
    }

    /// <summary>The outcome, within the bound.</summary>
    /// <param name="request">The purchase.</param>
    /// <param name="since">When its bound began, as a timestamp of <see cref="Stopwatch"/>.</param>
    public Task<PurchaseOutcome> AskAsync(in PurchaseRequest request, long since)
    {
        lock (_lock)
        {
            _open.TryGetValue(request.Buyer, out var ofUser);
            var open = 0;
            for (var other = ofUser; other is not null; other = other.NextOfUser, open++)
            {
                if (other.Request != request) continue;
                other.Since = Math.Min(other.Since, since);
                return other.Task;
            }
            if (_openCount >= _pace.MaxOpen || open >= MaxOpenPerUser) return Overloaded;
            var waiting = new Waiting(request, since) { NextOfUser = ofUser };
            _open[request.Buyer] = waiting;
            _openCount++;
            _queue.Enqueue(waiting);
            if (!_isPumping) _ = PumpAsync();
            if (!_isSweeping) _ = SweepAsync();
            _isPumping = _isSweeping = true;
            return waiting.Task;
        }
    }

    private async Task PumpAsync()
    {
        // This runs on another thread, so that the caller's request can wait for its answer.
        await Task.Yield();
        var grain = grains.GetGrain<ISaleBatchGrain>(feed.Terms.Id);
        var delay = MinRetryDelay;
        var group = new List<Waiting>(PurchaseCall.MaxCount);
        while (TakeGroup(group, out var isFull))
        {
            try
            {
                var asked = Stopwatch.GetTimestamp();
                var requests = new PurchaseRequest[group.Count];
                for (var i = 0; i < requests.Length; i++) requests[i] = group[i].Request;
                var answer = await grain.PurchaseAsync(new PurchaseCall(requests));
                feed.Learn(answer.Outcomes);
                Complete([.. group], answer.Outcomes);
                lock (_lock) _pace.Answered(requests.Length, isFull, Stopwatch.GetElapsedTime(asked));
                group.Clear();
                delay = MinRetryDelay;
                if (_outage.Succeeds() is { } failures) Log.AnswersAgain(log, feed.Terms.Id, failures);
            }
            catch (StorageDamagedException)
            {
                // A retry does not help, so the purchases are answered at once.
                Complete([.. group], [.. Enumerable.Repeat(PurchaseOutcome.No(Refusal.Unavailable), group.Count)]);
                group.Clear();
            }
            catch (Exception e)
            {
                // The outcome is unknown, so the same purchases are retried in the same order, followed by those that
                // arrived meanwhile. Nothing may end the pump: nobody would start it again.
                if (_outage.Fails(e.GetType().Name))
                    Log.AskedAgain(log, feed.Terms.Id, e.Message, LostInfrastructure.Is(e) ? null : e);
                await Task.Delay(delay);
                delay = delay * 2 < MaxRetryDelay ? delay * 2 : MaxRetryDelay;
            }
        }
    }

    // Keeps the open purchases of the group, and fills the group up from the queue. False: nothing waits, and the pump
    // has stopped.
    private bool TakeGroup(List<Waiting> group, out bool isFull)
    {
        lock (_lock)
        {
            group.RemoveAll(waiting => !waiting.IsOpen);
            var max = _pace.MaxInCall;
            while (group.Count < max && _queue.TryDequeue(out var next))
            {
                if (next.IsOpen) group.Add(next);
            }
            isFull = group.Count >= max;
            if (group.Count == 0) _pace.Forget();
            return _isPumping = group.Count > 0;
        }
    }

    private async Task SweepAsync()
    {
        var bound = TimeSpan.FromSeconds(options.AnswerWithinSeconds);
        while (await IsOpenAfterAsync(SweepInterval))
        {
            var late = LateAfter(bound);
            if (late.Length > 0)
                Complete(late, [.. Enumerable.Repeat(PurchaseOutcome.No(Refusal.Overloaded), late.Length)]);
            // Purchases that were answered while the batch is silent must not accumulate.
            lock (_lock)
            {
                while (_queue.TryPeek(out var first) && !first.IsOpen) _queue.Dequeue();
            }
        }
    }

    // False: nobody waits, and the sweeping has stopped.
    private async Task<bool> IsOpenAfterAsync(TimeSpan interval)
    {
        await Task.Delay(interval);
        lock (_lock) return _isSweeping = _openCount > 0;
    }

    private Waiting[] LateAfter(TimeSpan bound)
    {
        var late = new List<Waiting>();
        lock (_lock)
        {
            foreach (var ofUser in _open.Values)
            {
                for (var waiting = ofUser; waiting is not null; waiting = waiting.NextOfUser)
                {
                    if (Stopwatch.GetElapsedTime(waiting.Since) >= bound) late.Add(waiting);
                }
            }
        }
        return [.. late];
    }

    // Each purchase is answered once, by the first that finds it open. From now on the same request is a new one.
    private void Complete(Waiting?[] group, PurchaseOutcome[] outcomes)
    {
        lock (_lock)
        {
            foreach (ref var waiting in group.AsSpan())
            {
                if (waiting!.IsOpen) Close(waiting);
                else waiting = null;
            }
        }
        for (var from = 0; from < group.Length; from += AnswersPerWorkItem)
        {
            var to = Math.Min(from + AnswersPerWorkItem, group.Length);
            ThreadPool.UnsafeQueueUserWorkItem(new Answers(group, outcomes, from, to), preferLocal: false);
        }
    }

    private void Close(Waiting waiting)
    {
        waiting.IsOpen = false;
        _openCount--;
        var buyer = waiting.Request.Buyer;
        var first = _open[buyer];
        if (first == waiting && waiting.NextOfUser is null) _open.Remove(buyer);
        else if (first == waiting) _open[buyer] = waiting.NextOfUser!;
        else
        {
            while (first.NextOfUser != waiting) first = first.NextOfUser!;
            first.NextOfUser = waiting.NextOfUser;
        }
    }

    // A waiting request continues on the thread that sets its outcome. The lock guards everything except the task.
    private sealed class Waiting(PurchaseRequest request, long since) : TaskCompletionSource<PurchaseOutcome>
    {
        public PurchaseRequest Request { get; } = request;

        public long Since { get; set; } = since;

        public bool IsOpen { get; set; } = true;

        public Waiting? NextOfUser { get; set; }
    }

    private sealed class Answers(Waiting?[] group, PurchaseOutcome[] outcomes, int from, int to) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            for (var i = from; i < to; i++) group[i]?.SetResult(outcomes[i]);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Batch {Batch} does not answer purchases. They are retried until their bound: {Reason}")]
        public static partial void AskedAgain(ILogger log, string batch, string reason, Exception? exception);

        [LoggerMessage(2, LogLevel.Information,
            "Batch {Batch} answers purchases again, after {Failures} failed calls")]
        public static partial void AnswersAgain(ILogger log, string batch, int failures);
    }
}
