using System.Text;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

/// <summary>Makes the commits of one stream, each following the one before.</summary>
public sealed class Chain(string stream, LedgerHead? head = null)
{
    /// <summary>The last entry made.</summary>
    public LedgerHead Head { get; private set; } = head ?? LedgerHead.Empty;

    /// <summary>The next commit, and moves on.</summary>
    public LedgerCommit Next(int count = 1, string note = "")
    {
        var commit = After(stream, Head, count, note);
        Head = new LedgerHead(commit.LastSeq, commit.Hash);
        return commit;
    }

    /// <summary>The next commits, and moves on.</summary>
    public LedgerCommit[] Rows(params int[] counts) => [.. counts.Select(count => Next(count))];

    /// <summary>A commit that follows an entry.</summary>
    public static LedgerCommit After(string stream, LedgerHead head, int count = 1, string note = "") =>
        Of(stream, head, Enumerable.Range(1, count).Select(step => Line(head.Seq + step, note)));

    /// <summary>A commit of the given lines.</summary>
    public static LedgerCommit Of(string stream, LedgerHead head, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        var entries = Encoding.UTF8.GetBytes(string.Concat(all.Select(line => line + "\n")));
        var hash = new byte[LedgerChain.HashLength];
        LedgerChain.Over(head.Hash, entries, hash);
        return new LedgerCommit(stream, head.Seq + 1, all.Count, entries, head.Hash, hash);
    }

    /// <summary>A line of about 230 bytes, as long as a hold's.</summary>
    public static string Line(long seq, string note = "") =>
        $$"""
        {"seq":{{seq}},"type":"held","at":"2012-12-21T04:00:00.012Z","data":{"order":"mi2-1.{{seq}}",
        "user":"weibo:buyer{{seq}}","units":[{{seq}}],"payBy":"2012-12-21T04:15:00.012Z","reservation":1,
        "key":"{{seq:x16}}{{seq:x16}}","note":"{{note}}"} }
        """.Replace("\n", "", StringComparison.Ordinal);
}
