using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>The command as a process of its own, as an operator starts it.</summary>
internal sealed class CopyProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    private CopyProcess(Process process) =>
        (_process, _output, _errors) =
        (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Starts it.</summary>
    public static CopyProcess Start(params string[] arguments)
    {
        var program = WorkingCopy.ProgramOf("Silo") + ".dll";
        return new CopyProcess(Process.Start(new ProcessStartInfo("dotnet", [program, "copy", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>SIGKILL; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int Status, string Output, string Errors)> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _output, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
