using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// A call that a batch makes beside its ticks, one at a time. After a failure the next tick tries again. A log has a
/// line at each change only.
/// </summary>
/// <param name="outage">Shared by all batches of this process: when storage fails, many fail together.</param>
/// <param name="fails">Logs a failure that is news, by its message.</param>
/// <param name="works">Logs that it works again, by the number of failures.</param>
internal sealed class RetriedCall(Outage outage, Action<string> fails, Action<int> works)
{
    /// <summary>Whether a call is under way.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Makes the call, unless one is under way.</summary>
    public void Start(Func<Task> callAsync)
    {
        if (IsUnderWay) return;
        IsUnderWay = true;
        _ = RunAsync(callAsync);
    }

    private async Task RunAsync(Func<Task> callAsync)
    {
        try
        {
            await callAsync();
            if (outage.Succeeds() is { } failures) works(failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (outage.Fails(e.GetType().Name)) fails(e.Message);
        }
        finally
        {
            IsUnderWay = false;
        }
    }
}
