using OrleansSale.Silo.Storage;

namespace OrleansSale.Silo.Copying;

/// <summary>One copy, from its first row to its verification.</summary>
/// <remarks>
/// The safety argument: the target is ours alone and marked before (see <see cref="CopyMark"/>); each chunk is one
/// durable transaction in the source's order, so a repetition finds a beginning of the source, compares it byte for
/// byte, and goes on behind it. The mark is taken off only after both places were read anew: every chain verified on
/// both, every row equal on both, heads and tables free of contradictions on both, and the source still idle. A source
/// that changed meanwhile differs from its first reading, and fails the copy.
/// </remarks>
internal sealed class CopyRun(CopyPlace source, CopyPlace target, CopyProgress progress)
{
    /// <summary>Most rows of one transaction on the target.</summary>
    public int ChunkRows { get; init; } = ReadAhead.ChunkRows;

    /// <summary>Copies what is missing, verifies everything and marks the target as finished.</summary>
    /// <returns>What both places hold.</returns>
    /// <exception cref="CopyException">Something is not right; the target stays unfinished.</exception>
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
        // A reading could pass over the same rows on both places: the counts are another witness.
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
