using System.Runtime.CompilerServices;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// A gate for single-threaded tests: those that wait at it go on within <see cref="Open"/>, one after the other. The
/// continuations of a task may run on other threads.
/// </summary>
internal sealed class InlineGate : INotifyCompletion
{
    private readonly List<Action> _waiting = [];

    public bool IsCompleted { get; private set; }

    public InlineGate GetAwaiter() => this;

    public void OnCompleted(Action continuation) => _waiting.Add(continuation);

    public void GetResult()
    {
    }

    public void Open()
    {
        IsCompleted = true;
        foreach (var goOn in _waiting) goOn();
        _waiting.Clear();
    }
}
