using CsCheck;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Each user's newest order, against a dictionary.</summary>
public class LatestOrdersTests
{
    private const long PayBy = LiveBatch.Opening + 900_000;

    private static readonly Alias[] Users =
        [.. Enumerable.Range(0, 3_001).Select(user => LiveBatch.AliasOf($"weibo:{user}"))];

    [Fact]
    public void Every_users_newest_order_is_found_however_many_there_are_and_nobody_elses() =>
        Gen.Int[0, 3_000].Array[0, 2_000].Sample(
            users =>
            {
                var batch = new SaleBatch();
                batch.Apply(1, LiveBatch.Opening,
                    new Created(LiveBatch.TermsOf(Math.Max(1, users.Length)), LiveBatch.Key.Hash));
                batch.Apply(2, LiveBatch.Opening, new OpenedSale());
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
}
