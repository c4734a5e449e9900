namespace OrleansSale.Tests.Audit;

/// <summary>
/// Finds users in texts: a channel of the batch, a colon and a subject. No text of a ledger may have one, but for the
/// terms and an operator's reason for the whole batch, which are free text and public.
/// </summary>
internal sealed class UserFinder(IEnumerable<string> channels)
{
    private const string NeverASubject = "/: ";

    private readonly string[] _beginnings = [.. channels.Select(channel => channel + ":")];

    /// <summary>Demands that no user is in the text.</summary>
    /// <exception cref="FormatException">One is.</exception>
    public void RequireNone(string text)
    {
        foreach (var beginning in _beginnings)
        {
            for (var at = -1; (at = text.IndexOf(beginning, at + 1, StringComparison.Ordinal)) >= 0;)
            {
                var subject = at + beginning.Length;
                if (subject < text.Length && !NeverASubject.Contains(text[subject]) && !char.IsControl(text[subject]))
                    throw new FormatException($"a user is in the text {text}");
            }
        }
    }
}
