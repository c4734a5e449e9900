using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Copying;

/// <summary>One of the two large parts of the data: rows in an order, read, compared and added.</summary>
/// <typeparam name="T">The rows.</typeparam>
/// <param name="Read">All rows of a place.</param>
/// <param name="Add">Adds rows to a place, durably, all or none.</param>
/// <param name="Matches">Whether two rows are the same.</param>
/// <param name="BytesOf">About how much memory a row takes.</param>
internal sealed record CopyTable<T>(
    Func<CopyPlace, CancellationToken, IAsyncEnumerable<T>> Read,
    Func<CopyPlace, IReadOnlyList<T>, CancellationToken, Task> Add,
    Func<T, T, bool> Matches,
    Func<T, int> BytesOf)
    where T : class
{
    /// <summary>Copies the rows that the target lacks. Its present rows must be a prefix of the source.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="target">Where to.</param>
    /// <param name="chunkRows">Most rows of one transaction.</param>
    /// <param name="passed">Called for every row once the target has it.</param>
    /// <param name="cancellationToken">Stops between two chunks.</param>
    /// <exception cref="CopyException">The target's rows are not those of the source.</exception>
    public async Task TransferAsync(
        CopyPlace source, CopyPlace target, int chunkRows, Action<T> passed, CancellationToken cancellationToken)
    {
        await using var from = await BeginAsync(source, cancellationToken);
        await using (var there = await BeginAsync(target, cancellationToken))
        {
            for (; there.Current is not null; await there.MoveAsync(), await from.MoveAsync())
                passed(RequireSame(source, from.Current, target, there.Current));
        }

        var chunk = new Chunk<T>(BytesOf, chunkRows);
        for (; from.Current is { } row; await from.MoveAsync())
            if (chunk.Add(row)) await AddAsync(target, chunk.Take(), passed, cancellationToken);
        if (chunk.Count > 0) await AddAsync(target, chunk.Take(), passed, cancellationToken);
    }

    /// <summary>Reads both places completely and requires that every row is the same.</summary>
    /// <exception cref="CopyException">One is not, or one place has more.</exception>
    public async Task VerifyAsync(
        CopyPlace source, CopyPlace target, Action<T> passed, CancellationToken cancellationToken)
    {
        await using var from = await BeginAsync(source, cancellationToken);
        await using var there = await BeginAsync(target, cancellationToken);
        for (; from.Current is not null || there.Current is not null; await there.MoveAsync(), await from.MoveAsync())
            passed(RequireSame(source, from.Current, target, there.Current));
    }

    private T RequireSame(CopyPlace source, T? row, CopyPlace target, T? copy)
    {
        if (row is null) throw new CopyException($"{target.Name} has more than {source.Name}: {copy}.");
        if (copy is null) throw new CopyException($"{target.Name} lacks {row}, which is in {source.Name}.");
        return Matches(row, copy) ? row : throw new CopyException(
            $"{target.Name} differs from {source.Name}: where the source has {row}, the target has {copy}, and not "
                + "the same bytes.");
    }

    private async Task AddAsync(CopyPlace target, List<T> rows, Action<T> passed, CancellationToken cancellationToken)
    {
        await Add(target, rows, cancellationToken);
        foreach (var row in rows) passed(row);
    }

    private async Task<Reading> BeginAsync(CopyPlace place, CancellationToken cancellationToken)
    {
        var rows = ReadAhead.InChunksAsync(Read(place, cancellationToken), BytesOf, cancellationToken);
        var reading = new Reading(rows.GetAsyncEnumerator(cancellationToken));
        try
        {
            await reading.MoveAsync();
            return reading;
        }
        catch
        {
            await reading.DisposeAsync();
            throw;
        }
    }

    // Rows one by one; null at the end.
    private sealed class Reading(IAsyncEnumerator<T> rows) : IAsyncDisposable
    {
        public T? Current { get; private set; }

        public async ValueTask MoveAsync() => Current = await rows.MoveNextAsync() ? rows.Current : null;

        public ValueTask DisposeAsync() => rows.DisposeAsync();
    }
}

/// <summary>The two tables.</summary>
internal static class CopyTables
{
    /// <summary>The ledger; every chain is verified while it is read.</summary>
    public static CopyTable<CommitRow> Commits { get; } = new(
        ChainCheck.ReadVerifiedAsync,
        (place, rows, cancellationToken) => place.AddAsync(rows, cancellationToken),
        (row, copy) => row.Matches(copy),
        row => row.Commit.Entries.Length + (2 * LedgerChain.HashLength));

    /// <summary>The grains' states.</summary>
    public static CopyTable<DocumentRow> Documents { get; } = new(
        (place, cancellationToken) => place.ReadDocumentsAsync(cancellationToken),
        (place, rows, cancellationToken) => place.AddAsync(rows, cancellationToken),
        (row, copy) => row.Matches(copy),
        row => (row.Payload?.Length ?? 0) + row.GrainType.Length + (row.Key?.Length ?? 0));
}
