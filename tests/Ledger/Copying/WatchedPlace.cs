using OrleansSale.Silo.Copying;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>A place whose writes a test counts, stops or spoils.</summary>
internal sealed class WatchedPlace(CopyPlace place) : CopyPlace
{
    private int _writes;

    /// <summary>Called before each write with how many there were.</summary>
    public Action<int>? Before { get; init; }

    /// <summary>Called after each write with how many there were before it.</summary>
    public Action<int>? After { get; init; }

    /// <summary>What becomes of commits on their way.</summary>
    public Func<CommitRow, CommitRow?> Commit { get; init; } = row => row;

    /// <summary>What becomes of documents on their way.</summary>
    public Func<DocumentRow, DocumentRow?> Document { get; init; } = row => row;

    /// <summary>What becomes of secrets and session keys on their way.</summary>
    public Func<SortedDictionary<string, string>, SortedDictionary<string, string>> Pairs { get; init; } = pairs =>
        pairs;

    public override string Name => place.Name;

    public override Task FinishAsync(CancellationToken cancellationToken) =>
        WriteAsync(() => place.FinishAsync(cancellationToken));

    public override Task<string?> FindUsersAsync(CancellationToken cancellationToken) =>
        place.FindUsersAsync(cancellationToken);

    public override Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        place.FindFaultAsync(cancellationToken);

    public override Task<CopySize> MeasureAsync(CancellationToken cancellationToken) =>
        place.MeasureAsync(cancellationToken);

    public override IAsyncEnumerable<CommitRow> ReadCommitsAsync(CancellationToken cancellationToken) =>
        place.ReadCommitsAsync(cancellationToken);

    public override Task AddAsync(IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken) =>
        WriteAsync(() => place.AddAsync([.. commits.Select(Commit).OfType<CommitRow>()], cancellationToken));

    public override IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(CancellationToken cancellationToken) =>
        place.ReadDocumentsAsync(cancellationToken);

    public override Task AddAsync(IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken) =>
        WriteAsync(() => place.AddAsync([.. documents.Select(Document).OfType<DocumentRow>()], cancellationToken));

    public override Task<SortedDictionary<string, string>> ReadSecretsAsync(CancellationToken cancellationToken) =>
        place.ReadSecretsAsync(cancellationToken);

    public override Task ReplaceSecretsAsync(
        SortedDictionary<string, string> secrets, CancellationToken cancellationToken) =>
        WriteAsync(() => place.ReplaceSecretsAsync(Pairs(secrets), cancellationToken));

    public override Task<SortedDictionary<string, string>> ReadSessionKeysAsync(CancellationToken cancellationToken) =>
        place.ReadSessionKeysAsync(cancellationToken);

    public override Task ReplaceSessionKeysAsync(
        SortedDictionary<string, string> keys, CancellationToken cancellationToken) =>
        WriteAsync(() => place.ReplaceSessionKeysAsync(Pairs(keys), cancellationToken));

    public override ValueTask DisposeAsync() => place.DisposeAsync();

    private async Task WriteAsync(Func<Task> write)
    {
        Before?.Invoke(_writes);
        await write();
        After?.Invoke(_writes);
        _writes++;
    }
}
