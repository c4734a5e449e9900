using System.Runtime.CompilerServices;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Copying;

/// <summary>Verifies the chain of every stream while its commits are read.</summary>
internal static class ChainCheck
{
    /// <summary>The commits of a place, up to the first invalid one.</summary>
    /// <exception cref="CopyException">A chain breaks; the message says where and how.</exception>
    public static async IAsyncEnumerable<CommitRow> ReadVerifiedAsync(
        CopyPlace place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LedgerVerifier? verifier = null;
        var stream = 0L;
        await foreach (var row in place.ReadCommitsAsync(cancellationToken))
        {
            if (verifier is null || row.Stream != stream)
                (verifier, stream) = (new LedgerVerifier(row.Commit.Stream), row.Stream);
            if (verifier.Accept(row.Commit) is { } found) throw new CopyException($"{place.Name}: {found}");
            yield return row;
        }
    }
}
