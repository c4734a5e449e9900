namespace OrleansSale.Tests.Harness;

/// <summary>Appends held by a test. Opening it, or disposing of it, lets them and all later ones through.</summary>
public sealed class AppendGate : IDisposable
{
    private readonly Action<AppendGate> _remove;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    internal AppendGate(string? stream, Action<AppendGate> remove) => (Stream, _remove) = (stream, remove);

    /// <summary>The stream whose appends are held; null: all.</summary>
    public string? Stream { get; }

    /// <summary>Completes when the first append waits here.</summary>
    public Task Reached => _reached.Task;

    /// <summary>How many appends wait here now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Lets everything through.</summary>
    public void Open()
    {
        _remove(this);
        _opened.TrySetResult();
    }

    /// <inheritdoc cref="Open"/>
    public void Dispose() => Open();

    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            _reached.TrySetResult();
            await _opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
