using System.Reflection;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// Tells a failure of the start as one line that a person can act on; a stack trace would only hide it.
/// </summary>
public static class StartFailure
{
    /// <summary>
    /// The line: what the outermost exception says, and of those inside what it does not say already.
    /// </summary>
    public static string Describe(Exception failure)
    {
        var told = new List<string>();
        for (var e = failure; e is not null; e = Inside(e))
        {
            // These say nothing of their own.
            var isWrapper = e is AggregateException or TargetInvocationException or TypeInitializationException;
            if (isWrapper && e.InnerException is not null) continue;
            var text = e.Message.ReplaceLineEndings(" ").Trim();
            if (!told.Exists(said => said.Contains(text.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)))
                told.Add(text);
        }
        return string.Join(
            ' ', told.Select(text => text.Length > 0 && char.IsLetterOrDigit(text[^1]) ? text + '.' : text));
    }

    // The words of these say already what is inside them.
    private static Exception? Inside(Exception failure) =>
        failure is StartException or FileUnusableException ? null : failure.InnerException;
}
