using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansSale.Tests.Harness;

/// <summary>Keeps what the engine logs, and whether a stack trace came with it.</summary>
public sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Text, Exception? Exception)> _lines = new();

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<(string Text, Exception? Exception)> All => [.. _lines];

    /// <summary>The lines that say this.</summary>
    public IReadOnlyList<(string Text, Exception? Exception)> With(string part) =>
        [.. _lines.Where(line => line.Text.Contains(part, StringComparison.Ordinal))];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("OrleansSale.", StringComparison.Ordinal) ? new Logger(_lines) : NullLogger.Instance;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<(string Text, Exception? Exception)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) lines.Enqueue((formatter(state, exception), exception));
        }
    }
}
