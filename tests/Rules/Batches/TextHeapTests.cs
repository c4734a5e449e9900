using CsCheck;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Users' names and keys, as the orders of a batch keep them.</summary>
public class TextHeapTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 40], Gen.String[Gen.Char['一', '鿿'], 0, 40], Gen.String[Gen.Char[' ', 'ÿ'], 900, TextHeap.MaxLength]);

    [Fact]
    public void Every_text_is_read_as_it_was_put_in_and_equals_that_alone() =>
        Text.Array[0, 200].Sample(
            texts =>
            {
                var heap = new TextHeap();
                var places = texts.Select(heap.Add).ToArray();
                return texts.Zip(places).All(pair => heap.Read(pair.Second.At, pair.Second.Length) == pair.First
                    && heap.Equals(pair.Second.At, pair.Second.Length, pair.First)
                    && !heap.Equals(pair.Second.At, pair.Second.Length, pair.First + "x")
                    && (pair.First.Length == 0 || !heap.Equals(pair.Second.At, pair.Second.Length, pair.First[..^1] + "☃")));
            },
            iter: 100);

    [Fact]
    public void A_hold_with_a_name_or_a_key_that_is_too_long_is_refused_and_changes_nothing()
    {
        var live = LiveBatch.Create(LiveBatch.TermsOf(stock: 5));
        var longest = new string('x', TextHeap.MaxLength);
        var before = StateDump.Of(live.State);
        foreach (var (user, key) in new[] { (longest + "x", "k"), ("weibo:a", longest + "x") })
        {
            Should.Throw<InconsistentEntryException>(() => live.State.Apply(
                live.State.LastSeq + 1, LiveBatch.Opening, new Held(user, [1], LiveBatch.Opening + 900_000, 1, key)));
            StateDump.Same(StateDump.Of(live.State), before);
        }
        live.State.Apply(live.State.LastSeq + 1, LiveBatch.Opening, new Held(longest, [1], LiveBatch.Opening + 900_000, 1, longest));
        live.State.Orders.LatestOf(longest)!.Key.ShouldBe(longest);
    }
}
