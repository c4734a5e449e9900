using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansSale.Tests.Harness;

/// <summary>A line of a log.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Category">Who logged it.</param>
/// <param name="Text">What it says.</param>
/// <param name="Values">The values in it, each with its name.</param>
/// <param name="Exception">The exception that came with it, and so a stack trace; null: none did.</param>
public sealed record LogLine(LogLevel Level, string Category, string Text, string Values, Exception? Exception)
{
    /// <summary>All of it.</summary>
    public override string ToString() => $"{Level} {Category}: {Text} {Values} {Exception}";
}

/// <summary>Keeps what is logged.</summary>
/// <param name="least">From this level on.</param>
/// <param name="categories">Beginnings of the categories that are kept; none: the engine's own.</param>
public sealed class LogLines(LogLevel least = LogLevel.Information, params string[] categories) : ILoggerProvider
{
    private const string Engine = "OrleansSale.";

    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>Beginnings of texts that are not kept.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<LogLine> All => [.. _lines];

    /// <summary>The lines that say this.</summary>
    public IReadOnlyList<LogLine> With(string part) =>
        [.. _lines.Where(line => line.Text.Contains(part, StringComparison.Ordinal))];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        categories.DefaultIfEmpty(Engine).Any(name => categoryName.StartsWith(name, StringComparison.Ordinal))
            ? new Logger(categoryName, least, this)
            : NullLogger.Instance;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(LogLine line)
    {
        if (!Ignored.Any(text => line.Text.StartsWith(text, StringComparison.Ordinal))) _lines.Enqueue(line);
    }

    private sealed class Logger(string category, LogLevel least, LogLines log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs
                ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            log.Add(new LogLine(logLevel, category, formatter(state, exception), values, exception));
        }
    }
}
