using System.Diagnostics;

namespace OrleansSale.Tests.Engine;

/// <summary>Reads what a process writes, so that it never waits for a reader, and keeps the last lines.</summary>
internal sealed class ProcessOutput : IDisposable
{
    private const int LinesKept = 400;
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Action<string>? _wrote;
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly CountdownEvent _ends = new(2);

    /// <param name="process">Its output and its errors must be redirected.</param>
    /// <param name="wrote">Called with every line, by one thread at a time.</param>
    public ProcessOutput(Process process, Action<string>? wrote = null)
    {
        (_process, _wrote) = (process, wrote);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Text
    {
        get
        {
            lock (_lock) return string.Join('\n', _lines);
        }
    }

    public bool Says(string text) => Text.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>After the process has ended: waits for the last of what it wrote.</summary>
    public Task EndAsync() => Task.Run(() => _ends.Wait(EndWithin));

    public void Dispose()
    {
        _process.OutputDataReceived -= Keep;
        _process.ErrorDataReceived -= Keep;
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_lock)
        {
            if (line.Data is null)
            {
                if (!_ends.IsSet) _ends.Signal();
                return;
            }

            _lines.Enqueue(line.Data);
            if (_lines.Count > LinesKept) _lines.Dequeue();
            _wrote?.Invoke(line.Data);
        }
    }
}
