namespace OrleansSale.Silo.Copying;

/// <summary>The contents of both places after a copy, counted on both.</summary>
/// <param name="Size">Ledger and documents.</param>
/// <param name="Secrets">Development's secrets.</param>
/// <param name="SessionKeys">Keys of sessions.</param>
internal sealed record CopySummary(CopySize Size, int Secrets, int SessionKeys)
{
    /// <summary>A table of it.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"{"",-14}{"source",15}{"target",15}");
        foreach (var (what, count) in new (string, long)[]
        {
            ("streams", Size.Streams), ("commits", Size.Commits), ("entries", Size.Entries),
            ("documents", Size.Documents), ("secrets", Secrets), ("session keys", SessionKeys),
        })
        {
            output.WriteLine($"{what,-14}{count,15:N0}{count,15:N0}");
        }
        output.WriteLine($"{"chains",-14}{"intact",15}{"intact",15}");
    }
}
