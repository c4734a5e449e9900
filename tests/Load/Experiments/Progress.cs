using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Shows how far the stages of a run are.</summary>
internal sealed class Progress(ProgressContext context)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public static Task<T> ShowAsync<T>(Func<Progress, Task<T>> run) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new ElapsedTimeColumn())
        .StartAsync(context => run(new Progress(context)));

    public async Task StageAsync(string name, double total, Func<double> done, Func<Task> work)
    {
        var bar = context.AddTask(name, maxValue: total);
        var working = work();
        while (await Task.WhenAny(working, Task.Delay(Refresh)) != working) bar.Value = done();
        await working;
        bar.Value = total;
        bar.StopTask();
    }

    public async Task<T> StageAsync<T>(string name, Func<Task<T>> work)
    {
        var bar = context.AddTask(name);
        bar.IsIndeterminate = true;
        var result = await work();
        bar.IsIndeterminate = false;
        bar.Value = bar.MaxValue;
        bar.StopTask();
        return result;
    }
}
