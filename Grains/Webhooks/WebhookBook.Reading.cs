namespace OrleansSale.Grains.Webhooks;

/// <summary>An event that is to be put into a request.</summary>
/// <param name="Seq">Its sequence.</param>
/// <param name="Keys">What it concerns.</param>
/// <param name="Bytes">Its length in bytes.</param>
public readonly record struct NextEvent(long Seq, IReadOnlyList<long> Keys, int Bytes);

// How requests are made of what the ledgers say.
public sealed partial class WebhookBook
{
    /// <summary>The last entry of a batch that was read for it.</summary>
    public long CursorOf(string batch) => Cursors.GetValueOrDefault(batch);

    /// <summary>Makes requests of events, as many as there is room for.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="events">What follows the cursor, in order; entries that are not told are left out.</param>
    /// <param name="end">The last entry that was looked at.</param>
    /// <param name="underWay">The numbers of the requests that are being tried.</param>
    /// <param name="now">The instant.</param>
    public void Take(
        string batch, IReadOnlyList<NextEvent> events, long end, IReadOnlyCollection<long> underWay,
        DateTimeOffset now) => Cursors[batch] = Put(batch, events, end, underWay, now);

    /// <summary>The same for a replay.</summary>
    public void TakeReplay(
        string key, IReadOnlyList<NextEvent> events, long end, IReadOnlyCollection<long> underWay, DateTimeOffset now)
    {
        var place = Replays.FindIndex(one => one.Key == key);
        var replay = Replays[place].Replay;
        var last = Put(replay.Batch, events, end, underWay, now);
        Replays[place] = Replays[place] with { Replay = replay with { Next = last + 1 } };
    }

    // The last entry that needs no further look.
    private long Put(
        string batch, IReadOnlyList<NextEvent> events, long end, IReadOnlyCollection<long> underWay,
        DateTimeOffset now)
    {
        var making = new Making(this, batch, underWay, now);
        foreach (var next in events)
        {
            if (!making.TryAdd(next)) return next.Seq - 1;
        }
        return end;
    }

    // An event joins the newest request that concerns the same, if that has not been tried and has room; else it
    // begins a request behind it. What concerns nothing that waits goes into a request that waits for no other. So a
    // request that does not arrive holds back only what concerns the same.
    private sealed class Making
    {
        private readonly WebhookBook _book;
        private readonly string _batch;
        private readonly IReadOnlyCollection<long> _underWay;
        private readonly DateTimeOffset _now;
        private readonly Dictionary<long, int> _holders = [];
        private readonly Dictionary<long, int> _behind = [];
        private int _free = -1;

        public Making(WebhookBook book, string batch, IReadOnlyCollection<long> underWay, DateTimeOffset now)
        {
            (_book, _batch, _underWay, _now) = (book, batch, underWay, now);
            for (var place = 0; place < book.Waiting.Count; place++)
            {
                var request = book.Waiting[place];
                if (request.Batch != batch) continue;
                if (!request.Keys.Any(_holders.ContainsKey)) _free = place;
                foreach (var key in request.Keys) _holders[key] = place;
            }
        }

        /// <summary>False: there is no room for it.</summary>
        public bool TryAdd(NextEvent next)
        {
            var holder = next.Keys.Max(key => _holders.GetValueOrDefault(key, -1));
            var place = holder < 0 ? _free
                : Takes(holder, next) ? holder
                : _behind.GetValueOrDefault(holder, -1);
            if (!Takes(place, next))
            {
                if (!_book.HasRoom) return false;
                place = _book.Waiting.Count;
                _book.Waiting.Add(new WebhookRequest(++_book.LastNumber, _batch, [], [], 0) { NextTry = _now });
                if (holder < 0) _free = place;
                else _behind[holder] = place;
            }
            var request = _book.Waiting[place];
            _book.Waiting[place] = request with
            {
                Seqs = [.. request.Seqs, next.Seq],
                Keys = [.. request.Keys.Union(next.Keys)],
                Bytes = request.Bytes + next.Bytes + 1,
            };
            foreach (var key in next.Keys) _holders[key] = place;
            return true;
        }

        // Only what was never tried: a try may have arrived without our knowing, and its id stands for its events.
        private bool Takes(int place, NextEvent next) => place >= 0 && _book.Waiting[place] is var request
            && request.Tries == 0 && request.RetryKey is null && !_underWay.Contains(request.Number)
            && request.Seqs.Length < WebhookRules.MaxEvents
            && (request.Seqs.Length == 0 || next.Seq > request.Seqs[^1])
            && request.Bytes + next.Bytes <= WebhookRules.MaxEventBytes;
    }
}
