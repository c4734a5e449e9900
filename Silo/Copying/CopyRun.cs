using OrleansSale.Silo.Storage;

namespace OrleansSale.Silo.Copying;

/// <summary>One copy, from its first row to its verification.</summary>
/// <remarks>
/// The safety argument: the target is ours alone and marked before (see <see cref="CopyMark"/>); each chunk is one
/// durable transaction in the source's order. So a repeated copy finds a prefix of the source, compares it byte for
/// byte, and continues after it. The mark is removed only after both places were read again: on both, every chain is
/// verified, every row is equal, heads and tables are consistent, and the source is still idle. If the source changed
/// meanwhile, it differs from its first reading, and the copy fails.
/// </remarks>
internal sealed class CopyRun(CopyPlace source, CopyPlace target, CopyProgress progress)
{
    /// <summary>Most rows of one transaction on the target.</summary>
    public int ChunkRows { get; init; } = ReadAhead.ChunkRows;

    /// <summary>Copies the missing rows, verifies everything and marks the target as finished.</summary>
    /// <returns>The contents of both places.</returns>
    /// <exception cref="CopyException">A check failed; the target stays unfinished.</exception>
    public async Task<CopySummary> RunAsync(CancellationToken cancellationToken)
    {
        var size = await source.MeasureAsync(cancellationToken);
        progress.Begin("copying", size);
        await CopyTables.Commits.TransferAsync(source, target, ChunkRows, progress.Passed, cancellationToken);
        await CopyTables.Documents.TransferAsync(source, target, ChunkRows, progress.Passed, cancellationToken);
        await target.ReplaceSecretsAsync(await source.ReadSecretsAsync(cancellationToken), cancellationToken);
        await target.ReplaceSessionKeysAsync(await source.ReadSessionKeysAsync(cancellationToken), cancellationToken);
        progress.End();

        progress.Begin("verifying", size);
        var summary = await VerifyAsync(cancellationToken);
        progress.End();
        await target.FinishAsync(cancellationToken);
        return summary;
    }

    /// <summary>Refuses a source that is in use or contradicts itself.</summary>
    public static async Task RequireSourceAsync(CopyPlace source, CancellationToken cancellationToken)
    {
        await RequireIdleAsync(source, cancellationToken);
        await RequireSoundAsync(source, cancellationToken);
    }

    private static async Task RequireIdleAsync(CopyPlace place, CancellationToken cancellationToken)
    {
        if (await place.FindUsersAsync(cancellationToken) is { } users)
            throw new CopyException($"{place.Name} is in use: {users}");
    }

    private static async Task RequireSoundAsync(CopyPlace place, CancellationToken cancellationToken)
    {
        if (await place.FindFaultAsync(cancellationToken) is { } fault)
            throw new CopyException($"{place.Name} is damaged: {fault}.");
    }

    private async Task<CopySummary> VerifyAsync(CancellationToken cancellationToken)
    {
        var read = default(CopySize);
        await CopyTables.Commits.VerifyAsync(
            source, target,
            row =>
            {
                read = read.With(row);
                progress.Passed(row);
            },
            cancellationToken);
        await CopyTables.Documents.VerifyAsync(
            source, target,
            row =>
            {
                read = read.WithDocument();
                progress.Passed(row);
            },
            cancellationToken);
        var secrets = Same(
            "secrets", await source.ReadSecretsAsync(cancellationToken),
            await target.ReadSecretsAsync(cancellationToken));
        var keys = Same(
            "session keys", await source.ReadSessionKeysAsync(cancellationToken),
            await target.ReadSessionKeysAsync(cancellationToken));
        // Both readings could miss the same rows, so the counts are compared as well.
        foreach (var place in new[] { source, target })
        {
            await RequireSoundAsync(place, cancellationToken);
            await RequireIdleAsync(place, cancellationToken);
            if (await place.MeasureAsync(cancellationToken) is var counted && counted != read)
                throw new CopyException($"{place.Name} counts {counted}, but {read} were read from it.");
        }
        return new CopySummary(read, secrets, keys);
    }

    private int Same(
        string what, SortedDictionary<string, string> ofSource, SortedDictionary<string, string> ofTarget) =>
        ofSource.SequenceEqual(ofTarget)
            ? ofSource.Count
            : throw new CopyException($"{target.Name} does not have the {what} of {source.Name}.");
}
