using CsCheck;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Each buyer's newest row, newest order and newest place, against a dictionary.</summary>
public class BuyerIndexTests
{
    private const long PayBy = LiveBatch.Opening + 900_000;

    private static readonly Alias[] Users =
        [.. Enumerable.Range(0, 3_001).Select(user => LiveBatch.AliasOf($"weibo:{user}"))];

    // Few hashes for many buyers, and a hash that every slot beside it shares: only the alias tells them apart.
    private static readonly Alias[] Alike =
        [.. Enumerable.Range(0, 301).Select(user => new Alias((ulong)(user % 7), (ulong)user))];

    [Fact]
    public void Every_buyers_newest_row_is_found_and_nobody_elses_also_if_their_hashes_are_the_same() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 300].Array[0, 2_000]).Sample((areAlike, users) =>
        {
            var aliases = areAlike ? Alike : Users[..301];
            var rows = new List<Alias>();
            var index = new BuyerIndex<Rows>(new Rows(rows));
            var newest = new Dictionary<Alias, int>();
            foreach (var user in users)
            {
                rows.Add(aliases[user]);
                index.TakeLast(aliases[user]);
                newest[aliases[user]] = rows.Count - 1;
                index.Of(aliases[user]).ShouldBe(rows.Count - 1);
            }
            foreach (var alias in aliases) index.Of(alias).ShouldBe(newest.GetValueOrDefault(alias, -1));
        }, iter: 200);

    [Fact]
    public void Every_users_newest_order_is_found_however_many_there_are_and_nobody_elses() =>
        Gen.Int[0, 3_000].Array[0, 2_000].Sample(
            users =>
            {
                var batch = Opened(Math.Max(1, users.Length));
                var newest = new Dictionary<Alias, long>();
                for (var i = 0; i < users.Length; i++)
                {
                    var (user, seq) = (Users[users[i]], i + 3);
                    batch.Apply(seq, LiveBatch.Opening, new Held(user, [i + 1], PayBy, 1, null));
                    var before = newest.TryGetValue(user, out var last) ? last : (long?)null;
                    if (batch.Orders.LatestOf(user) is not { } order || order.Seq != seq
                        || order.Previous?.Seq != before) return false;
                    newest[user] = seq;
                }
                return Users.All(user => batch.Orders.LatestOf(
                    user)?.Seq == (newest.TryGetValue(user, out var seq) ? seq : null));
            },
            iter: 50);

    [Fact]
    public void Every_users_newest_place_is_found_and_leads_to_the_earlier_ones() =>
        Gen.Int[0, 3_000].Array[0, 2_000].Sample(
            users =>
            {
                var batch = Opened(stock: 1);
                var places = new Dictionary<Alias, List<long>>();
                for (var place = 1; place <= users.Length; place++)
                {
                    var user = Users[users[place - 1]];
                    var joined = new Joined(place, user, 1, JoinedHow.Standby, 1, null, null);
                    batch.Apply(batch.LastSeq + 1, LiveBatch.Opening, joined);
                    batch.Apply(batch.LastSeq + 1, LiveBatch.Opening, new Left(place, LeftWhy.Left));
                    if (!places.TryGetValue(user, out var earlier)) places[user] = earlier = [];
                    earlier.Insert(0, place);
                }
                return Users.All(user => PlacesOf(batch.Line, user).SequenceEqual(
                    places.GetValueOrDefault(user) ?? []));
            },
            iter: 50);

    private static IEnumerable<long> PlacesOf(LineBook line, Alias user)
    {
        for (var place = line.LatestOf(user); place is not null; place = line.PreviousOf(place))
            yield return place.Number;
    }

    private static SaleBatch Opened(int stock)
    {
        var batch = new SaleBatch();
        batch.Apply(1, LiveBatch.Opening, new Created(LiveBatch.TermsOf(stock), LiveBatch.Key.Hash));
        batch.Apply(2, LiveBatch.Opening, new OpenedSale());
        return batch;
    }

    private readonly struct Rows(List<Alias> rows) : IBuyerRows
    {
        public int Count => rows.Count;

        public Alias BuyerAt(int row) => rows[row];
    }
}
