using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Grains.Webhooks;

// What the actor does by itself: it reads what is new, sends it and notes what came of it.
public sealed partial class WebhookGrain
{
    /// <summary>The pause before a ledger that could not be read is read again.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    // By batch, how far it was followed, as far as this actor knows.
    private Dictionary<string, long> _heads = new(StringComparer.Ordinal);

    // By batch that could not be read, when it is read again.
    private readonly Dictionary<string, DateTimeOffset> _pauses = new(StringComparer.Ordinal);

    // The events that were composed in this turn: their first try need not read them again.
    private readonly Dictionary<(string Batch, long Seq), ComposedEvent> _fresh = [];

    /// <inheritdoc />
    public async Task NoteAsync(string batch, long seq)
    {
        if (stored.State.IsDamaged || _isAbandoned || Book.Terms is null) return;
        _heads[batch] = Math.Max(seq, _heads.GetValueOrDefault(batch));
        await TickAsync();
    }

    /// <inheritdoc />
    public async Task<bool> WakeAsync()
    {
        if (Book.Terms is null) return false;
        var marks = await index.ListMarksAsync();
        foreach (var (batch, seq) in marks) _heads[batch] = seq;
        // A ledger that is behind its cursor is an older one that was restored.
        foreach (var (batch, seq) in marks.Where(mark => Book.CursorOf(mark.Key) > mark.Value))
            (Book.Cursors[batch], _isChanged) = (seq, true);
        await TickAsync();
        return true;
    }

    private async Task TickAsync()
    {
        if (stored.State.IsDamaged || _isAbandoned || Book.Terms is null) return;
        try
        {
            await GoOnAsync();
            if (Ticking.Succeeds() is { } failures) Log.GoesOn(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next tick goes on, or the next activation.
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, Id, e.Message);
        }
    }

    // Everything that is due: ends that came in, new entries, tries.
    private async Task GoOnAsync()
    {
        var now = Now();
        TakeEnded(now);
        if (Book.IsEnabled && Book.HasRoom) await ReadAllAsync(now);
        if (_isChanged) await WriteAsync();
        foreach (var request in Book.Due(now, _underWay.Keys))
        {
            _underWay.Add(request.Number, now);
            var fresh = request.Seqs.Select(seq => _fresh.GetValueOrDefault((request.Batch, seq)))
                .OfType<ComposedEvent>().ToList();
            _ = TryAsync(request, fresh.Count == request.Seqs.Length ? fresh : null);
        }
        _fresh.Clear();
        if (Book.Waiting.Count > 0) DelayDeactivation(KeptAliveFor);
    }

    private async Task ReadAllAsync(DateTimeOffset now)
    {
        foreach (var replay in Book.OpenReplays.ToList())
        {
            await TryReadAsync(replay.Replay.Batch, now, async batch =>
            {
                var entries = await FollowerOf(batch).ReadAfterAsync(
                    replay.Replay.Next - 1, IFollowerGrain.MaxEntries);
                var end = entries.Length == 0 ? replay.Replay.To : Math.Min(entries[^1].Seq, replay.Replay.To);
                var events = await ComposeAsync(
                    batch, [.. entries.Where(entry => entry.Seq <= replay.Replay.To)]);
                Book.TakeReplay(replay.Key, events, end, _underWay.Keys, now);
                return true;
            });
        }
        foreach (var (batch, _) in _heads.Where(head => Book.CursorOf(head.Key) < head.Value).ToList())
            await TryReadAsync(batch, now, ReadAsync);

        async Task<bool> ReadAsync(string batch)
        {
            var entries = await FollowerOf(batch).ReadAfterAsync(Book.CursorOf(batch), IFollowerGrain.MaxEntries);
            if (entries.Length == 0) return false;
            Book.Take(batch, await ComposeAsync(batch, entries), entries[^1].Seq, _underWay.Keys, now);
            return true;
        }
    }

    // A batch that cannot be read keeps no other from being read. What changed is not lost by a failure: a request is
    // made only after everything was asked.
    private async Task TryReadAsync(string batch, DateTimeOffset now, Func<string, Task<bool>> readAsync)
    {
        if (!Book.HasRoom || now < _pauses.GetValueOrDefault(batch)) return;
        try
        {
            _isChanged |= await readAsync(batch);
            _pauses.Remove(batch);
            if (Reading.Succeeds() is { } failures) Log.Reads(log, failures);
        }
        catch (Exception e) when (e is StorageDamagedException || LostInfrastructure.Is(e))
        {
            _pauses[batch] = now + PauseAfterFailure;
            if (Reading.Fails(e.GetType().Name)) Log.NotRead(log, batch, e.Message);
        }
    }

    private async Task<IReadOnlyList<NextEvent>> ComposeAsync(string batch, FollowedEntry[] entries)
    {
        var composed = await _composer.ComposeAsync(batch, entries, Book.Terms!.Types);
        foreach (var one in composed) _fresh[(batch, one.Event.Seq)] = one;
        return [.. composed.Select(one => new NextEvent(one.Event.Seq, one.Event.Keys, one.Json.Length))];
    }

    private async Task TryAsync(WebhookRequest request, List<ComposedEvent>? events)
    {
        WebhookResult result;
        try
        {
            var (terms, secrets) = (Book.Terms!, Book.SecretsAt(Now()));
            events ??= await _composer.ComposeAsync(
                request.Batch, await FollowerOf(request.Batch).ReadAsync(request.Seqs), types: []);
            // Entries that are not there were of a ledger that an older one has replaced.
            result = events.Count == 0 ? WebhookResult.Arrived : await sender.SendAsync(new WebhookPost(
                new Uri(terms.Address), secrets, WebhookRules.IdOf(Id, request),
                WebhookRules.BodyOf(request.Batch, events[^1].Event.At, [.. events.Select(one => one.Json)])));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A repeat is harmless, whatever has happened.
            result = new WebhookResult(new WebhookError(WebhookErrorCode.NotRead));
        }
        _ended.Enqueue((request.Number, result));
        try
        {
            // As a call of its own: nothing else decides meanwhile. Without it the next tick notes the end.
            await this.AsReference<IWebhookGrain>().NoteAsync(request.Batch, 0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, Id, e.Message);
        }
    }

    private void TakeEnded(DateTimeOffset now)
    {
        while (_ended.TryDequeue(out var ended))
        {
            if (!_underWay.Remove(ended.Number, out var began)) continue;
            var (before, dead) = (Book.State, Book.Dead.Count > 0 ? Book.Dead[^1] : null);
            var events = Book.Waiting.Find(request => request.Number == ended.Number)?.Seqs.Length ?? 0;
            Book.End(ended.Number, began, ended.Result, now, Random.Shared.NextDouble());
            _isChanged = true;
            watch.Ended(Id, events, ended.Result);
            if (Book.State != before) watch.Disabled(Id, Book.State, Book.LastError);
            if (Book.Dead.Count > 0 && Book.Dead[^1] != dead) watch.GivenUp(Id, Book.Dead[^1]);
        }
    }

    private IFollowerGrain FollowerOf(string batch) => GrainFactory.GetGrain<IFollowerGrain>(batch);
}
