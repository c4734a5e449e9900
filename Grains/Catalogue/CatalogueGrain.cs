using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Catalogue;

/// <summary>
/// The index of all batches. Batches that a crash kept out of it are found in the ledger's streams at the next
/// activation.
/// </summary>
public sealed partial class CatalogueGrain(
    ILedger ledger, [PersistentState("catalogue")] IPersistentState<CatalogueState> stored, TimeProvider timeProvider,
    ILogger<CatalogueGrain> log)
    : Grain, ICatalogueGrain
{
    /// <summary>Most batches that are woken at the same time.</summary>
    public const int MaxWaking = 8;

    private const int StreamsPerPage = 1_000;

    // A damaged batch reads its ledger again and reports at least every DamagedStream.MaxPause.
    private static readonly TimeSpan NotedFor = 3 * DamagedStream.MaxPause;

    private Guid _activation = Guid.NewGuid();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Fault Damage, DateTimeOffset At)> _damaged = new(StringComparer.Ordinal);
    private BatchKeys _keys = null!;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _keys = new BatchKeys(GrainFactory, timeProvider, log);
        if (stored.State.IsDamaged) Log.Damaged(log);
        foreach (var known in stored.State.Batches) _ids.Add(known.Terms.Id);
        var (heads, found) = (new Dictionary<string, long>(StringComparer.Ordinal), 0);
        try
        {
            await foreach (var head in HeadsAsync(cancellationToken))
            {
                var batch = head.Stream[Streams.Batches.Length..];
                heads[batch] = head.Seq;
                if (_ids.Contains(batch) || await ReadFirstAsync(head.Stream, cancellationToken) is not { } created)
                    continue;
                _ids.Add(batch);
                stored.State.Batches.Add(created);
                found++;
            }
        }
        catch (StorageDamagedException e)
        {
            // The known batches stay listed.
            Log.NotListed(log, e.Message);
            return;
        }
        var dropped = DropLost(heads);
        foreach (var batch in stored.State.Anonymised) _keys.NoteRemoval(batch);
        if (found > 0) Log.Found(log, found);
        if (found > 0 || dropped) await stored.WriteStateAsync(cancellationToken);
    }

    // A batch is added after its ledger has begun. So a batch without a ledger, or a settled head beyond the ledger's
    // end, belongs to a ledger that was lost. The operator has accepted the older ledger at the start.
    private bool DropLost(Dictionary<string, long> heads)
    {
        foreach (var id in _ids.Where(id => !heads.ContainsKey(id))) ForgetListing(id);
        var lost = stored.State.Batches.RemoveAll(known => !heads.ContainsKey(known.Terms.Id));
        _ids.RemoveWhere(id => !heads.ContainsKey(id));
        var ahead = stored.State.SettledAt.Where(settled => settled.Value > heads.GetValueOrDefault(settled.Key))
            .ToArray();
        foreach (var settled in ahead)
        {
            stored.State.SettledAt.Remove(settled.Key);
            stored.State.Anonymised.Remove(settled.Key);
        }
        if (lost > 0) Log.Lost(log, lost);
        return lost > 0 || ahead.Length > 0;
    }

    /// <inheritdoc />
    public async Task AddAsync(string batch)
    {
        if (await ReadFirstAsync(Streams.OfBatch(batch), CancellationToken.None) is not { } created) return;
        var place = stored.State.Batches.FindIndex(known => known.Terms.Id == batch);
        if (place >= 0 && IsSame(stored.State.Batches[place], created)) return;
        // The ledger has these terms. Other terms under the id belong to a ledger that was lost.
        if (place >= 0) ForgetListing(batch);
        if (place >= 0) stored.State.Batches[place] = created;
        else stored.State.Batches.Add(created);
        _keys.Forget(batch);
        _ids.Add(batch);
        await stored.WriteStateAsync();
    }

    /// <inheritdoc />
    public async Task<CataloguePage> ListAsync(int from)
    {
        // A change meanwhile may be missing in this page. Then its activation is the one before the change.
        var (batches, activation) = (stored.State.Batches, _activation);
        var count = Math.Clamp(batches.Count - from, 0, CataloguePage.MaxCount);
        var page = batches.GetRange(Math.Min(from, batches.Count), count);
        var listed = new List<ListedBatch>(count);
        foreach (var group in page.Chunk(MaxWaking))
            listed.AddRange((await Task.WhenAll(group.Select(_keys.FindAsync)))
                .Zip(group, (key, batch) => ListedOf(batch.Terms, key)));
        _keys.Search(batches);
        return new CataloguePage([.. listed], activation);
    }

    /// <inheritdoc />
    public async Task<byte[]?> FindKeyAsync(string batch) =>
        stored.State.Batches.Find(known => known.Terms.Id == batch) is { } found ? await _keys.FindAsync(found) : null;

    /// <inheritdoc />
    public async Task SettleAsync(string batch, long head, bool isAnonymised)
    {
        if (isAnonymised) _keys.NoteRemoval(batch);
        var isNew = isAnonymised ? stored.State.Anonymised.Add(batch) : stored.State.Anonymised.Remove(batch);
        if (!isNew && stored.State.SettledAt.GetValueOrDefault(batch) == head) return;
        stored.State.SettledAt[batch] = head;
        await stored.WriteStateAsync();
    }

    /// <inheritdoc />
    public async Task<string[]> ListUnsettledAsync()
    {
        // A settled batch whose ledger has grown since then has work again.
        var unsettled = new List<string>();
        await foreach (var head in HeadsAsync(default))
        {
            var batch = head.Stream[Streams.Batches.Length..];
            if (stored.State.SettledAt.GetValueOrDefault(batch) != head.Seq) unsettled.Add(batch);
        }
        return [.. unsettled];
    }

    /// <inheritdoc />
    public async Task<int> WakeAllAsync()
    {
        var woken = 0;
        foreach (var group in (await ListUnsettledAsync()).Chunk(MaxWaking))
        {
            var answers = await Task.WhenAll(group.Select(WakeAsync));
            woken += answers.Count(isAwake => isAwake);
        }
        return woken;
    }

    /// <inheritdoc />
    public Task NoteDamageAsync(Fault damage)
    {
        _damaged[damage.Batch!] = (damage, timeProvider.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task NoteRepairAsync(string batch)
    {
        _damaged.Remove(batch);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<Fault[]> ListDamagedAsync()
    {
        // A batch whose terms could not be read is not listed and does not report again, so its note stays.
        var forgotten = _damaged.Values.Where(
            note => _ids.Contains(note.Damage.Batch!) && timeProvider.GetUtcNow() - note.At > NotedFor);
        foreach (var note in forgotten.ToArray()) _damaged.Remove(note.Damage.Batch!);
        _keys.Search(stored.State.Batches);
        return Task.FromResult<Fault[]>(
        [
            .. _damaged.Values.Select(note => note.Damage).Concat(_keys.Missing)
                .OrderBy(damage => damage.Batch, StringComparer.Ordinal),
        ]);
    }

    private static bool IsSame(CataloguedBatch one, CataloguedBatch other) =>
        one.Terms.SameAs(other.Terms) && one.KeyHash.AsSpan().SequenceEqual(other.KeyHash);

    private async Task<bool> WakeAsync(string batch)
    {
        try
        {
            return await GrainFactory.GetGrain<ISaleBatchGrain>(batch).WakeAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One batch that cannot be read must not keep the others from being woken.
            Log.NotWoken(log, batch, e);
            return false;
        }
    }

    private async IAsyncEnumerable<StreamHead> HeadsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var heads = await ListStreamsAsync(after, cancellationToken);
            foreach (var head in heads) yield return head;
            if (heads.Count < StreamsPerPage) yield break;
            after = heads[^1].Stream;
        }
    }

    private async Task<IReadOnlyList<StreamHead>> ListStreamsAsync(string? after, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.ListAsync(Streams.Batches, after, StreamsPerPage, cancellationToken);
        }
        catch (LedgerFormatException e)
        {
            throw new StorageDamagedException(e.Message);
        }
    }

    private async Task<CataloguedBatch?> ReadFirstAsync(string stream, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var commit in ledger.ReadAsync(stream, cancellationToken: cancellationToken))
            {
                var end = commit.Entries.Span.IndexOf((byte)'\n');
                if (end < 0) throw new LedgerFormatException("the first line has no end");
                return EntryReader.Read(commit.Entries.Span[..end]).Entry is Created created
                    ? new CataloguedBatch(created.Terms, created.KeyHash)
                    : throw new LedgerFormatException("the first entry is not created");
            }
        }
        catch (LedgerFormatException e)
        {
            // One batch that cannot be read must not keep the others from being listed.
            Log.NotRead(log, stream, e.Message);
            var batch = stream[Streams.Batches.Length..];
            await NoteDamageAsync(new Fault(
                FaultKind.BatchDamaged, batch, timeProvider.GetUtcNow(),
                $"its terms cannot be read, so it is not listed: {e.Message}"));
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The catalogue took {Count} batches from the ledger")]
        public static partial void Found(ILogger log, int count);

        [LoggerMessage(2, LogLevel.Error, "Batch {Batch} could not be woken")]
        public static partial void NotWoken(ILogger log, string batch, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "The terms in {Stream} cannot be read; its batch is not listed: {Detail}")]
        public static partial void NotRead(ILogger log, string stream, string detail);

        [LoggerMessage(5, LogLevel.Error, "The catalogue's document cannot be read; it is rebuilt from the ledger")]
        public static partial void Damaged(ILogger log);

        [LoggerMessage(6, LogLevel.Warning, "The catalogue dropped {Count} batches that the ledger does not have")]
        public static partial void Lost(ILogger log, int count);

        [LoggerMessage(4, LogLevel.Error,
            "The ledger's streams cannot be listed; batches that only the ledger has are missing: {Detail}")]
        public static partial void NotListed(ILogger log, string detail);
    }
}
