using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Shows the stages of a run, and how far each is.</summary>
internal static class Progress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a stage of which it is not known how far it is.</summary>
    public static Task<T> StageAsync<T>(string name, Func<Task<T>> work) => ShowAsync(async context =>
    {
        var bar = context.AddTask(name);
        bar.IsIndeterminate = true;
        var result = await work();
        bar.IsIndeterminate = false;
        bar.Value = bar.MaxValue;
        return result;
    });

    /// <summary>Runs a stage that says how much of its total is done.</summary>
    public static Task StageAsync(string name, double total, Func<double> done, Func<Task> work) =>
        ShowAsync(async context =>
        {
            var bar = context.AddTask(name, maxValue: total);
            var working = work();
            while (await Task.WhenAny(working, Task.Delay(Refresh)) != working) bar.Value = done();
            await working;
            return bar.Value = total;
        });

    private static Task<T> ShowAsync<T>(Func<ProgressContext, Task<T>> run) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new ElapsedTimeColumn())
        .StartAsync(run);
}
