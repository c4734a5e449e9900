namespace OrleansSale.Tests.House.Metadata;

/// <summary>The folders of one assembly, and which of them use which. A folder is its namespace.</summary>
internal sealed class FolderGraph
{
    // From a folder to each that it uses, with one use as the proof.
    private readonly Dictionary<string, Dictionary<string, Use>> _uses = [];

    /// <param name="assembly">What is looked at.</param>
    /// <param name="root">Its root namespace; all else was written by generators.</param>
    /// <param name="composers">Folders that their own subfolders may use: those uses do not count.</param>
    public FolderGraph(CompiledAssembly assembly, string root, params string[] composers)
    {
        foreach (var use in assembly.UsesOf(type => type.StartsWith(root + ".", StringComparison.Ordinal)))
        {
            if (use.Assembly.Length > 0 || !use.IsIn(root)) continue;
            var (from, to) = (FolderOf(use.By), FolderOf(use.Type));
            if (from == to || composers.Any(
                composer => to == composer && use.By.StartsWith(composer + ".", StringComparison.Ordinal))) continue;
            if (!_uses.TryGetValue(from, out var uses)) _uses[from] = uses = [];
            uses.TryAdd(to, use);
        }
    }

    /// <summary>From which folder to which.</summary>
    public IEnumerable<(string From, string To)> Uses =>
        from uses in _uses from to in uses.Value.Keys select (uses.Key, to);

    /// <summary>
    /// Each use of another folder that leads back, directly or over others: one for each pair of folders.
    /// </summary>
    public IEnumerable<string> UsesInCycles() =>
        from uses in _uses
        from use in uses.Value
        where Reaches(use.Key, uses.Key)
        select $"{uses.Key} -> {use.Key}: {use.Value}";

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string> { from };
        var next = new Queue<string>(seen);
        while (next.TryDequeue(out var folder))
        {
            if (folder == to) return true;
            foreach (var other in _uses.GetValueOrDefault(folder)?.Keys ?? Enumerable.Empty<string>())
                if (seen.Add(other)) next.Enqueue(other);
        }
        return false;
    }

    // A nested type lies where its outermost one does.
    private static string FolderOf(string type)
    {
        var outermost = type.Split('+')[0];
        return outermost[..outermost.LastIndexOf('.')];
    }
}
