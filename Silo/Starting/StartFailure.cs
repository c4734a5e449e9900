using System.Reflection;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// Describes a failure of the start in one line that a person can act on. A stack trace would only hide it.
/// </summary>
public static class StartFailure
{
    /// <summary>
    /// The line: the outermost exception's message, and those of inner exceptions that add to it.
    /// </summary>
    public static string Describe(Exception failure)
    {
        var told = new List<string>();
        for (var e = failure; e is not null; e = Inside(e))
        {
            // These have no message of their own.
            var isWrapper = e is AggregateException or TargetInvocationException or TypeInitializationException;
            if (isWrapper && e.InnerException is not null) continue;
            var text = e.Message.ReplaceLineEndings(" ").Trim();
            if (!told.Exists(said => said.Contains(text.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)))
                told.Add(text);
        }
        return string.Join(
            ' ', told.Select(text => text.Length > 0 && char.IsLetterOrDigit(text[^1]) ? text + '.' : text));
    }

    // The messages of these include those of their inner exceptions.
    private static Exception? Inside(Exception failure) =>
        failure is StartException or FileUnusableException ? null : failure.InnerException;
}
