using System.Diagnostics;

namespace OrleansSale.Silo.Copying;

/// <summary>
/// Reports the progress of a copy: on a terminal in one changing line, else in lines, at most one a second.
/// </summary>
/// <param name="output">Where.</param>
/// <param name="isTerminal">Whether the output is a terminal.</param>
internal sealed class CopyProgress(TextWriter output, bool isTerminal)
{
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(1),
        TerminalPeriod = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _period = isTerminal ? TerminalPeriod : LinePeriod;
    private string _stage = "";
    private CopySize _total, _done;
    private long _startedAt, _printedAt;

    /// <summary>Begins a stage, in which every row is processed once.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="total">The number of rows.</param>
    public void Begin(string stage, CopySize total)
    {
        (_stage, _total, _done) = (stage, total, default);
        _startedAt = _printedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>Notes a processed commit.</summary>
    public void Passed(CommitRow row)
    {
        _done = _done.With(row);
        PrintIfDue();
    }

    /// <summary>Notes a processed document.</summary>
    public void Passed(DocumentRow row)
    {
        _done = _done.WithDocument();
        PrintIfDue();
    }

    /// <summary>Ends the stage.</summary>
    public void End()
    {
        Print();
        if (isTerminal) output.WriteLine();
    }

    private void PrintIfDue()
    {
        if (Stopwatch.GetElapsedTime(_printedAt) < _period) return;
        _printedAt = Stopwatch.GetTimestamp();
        Print();
    }

    private void Print()
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        var line = $"{_stage}: {_done.Streams:N0} of {_total.Streams:N0} streams, "
            + $"{_done.Entries:N0} of {_total.Entries:N0} entries ({_done.Entries / seconds:N0}/s), "
            + $"{_done.Documents:N0} of {_total.Documents:N0} documents, {seconds:0} s";
        if (isTerminal) output.Write($"\r\x1b[K{line}");
        else output.WriteLine(line);
    }
}
