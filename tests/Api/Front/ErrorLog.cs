using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// Keeps what a front logs as an error: an exception that nobody expected shows here, whatever the client was told.
/// </summary>
internal sealed class ErrorLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _errors = new();

    public IReadOnlyCollection<string> Errors => _errors;

    // Not Orleans and not the retries: they log as errors what the engine expects.
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("OrleansSale.", StringComparison.Ordinal)
            || categoryName.StartsWith("Microsoft.", StringComparison.Ordinal)
            ? new Logger(categoryName, _errors)
            : NullLogger.Instance;

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
                string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
