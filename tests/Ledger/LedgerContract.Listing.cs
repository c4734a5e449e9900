using System.Text;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

/// <content>Listing and counting by prefix.</content>
public abstract partial class LedgerContract
{
    /// <summary>
    /// Prefixes of each other, wildcards of SQL and GLOB, case, other scripts, the edges of UTF-16's surrogates, the
    /// last code point.
    /// </summary>
    private static readonly string[] AwkwardNames =
    [
        "a", "aa", "aaa", "ab", "b", "A", "AA", "á", "Á", "a%", "a%b",
        "a_", "a_b", "axb", "a*", "a?", "a[b]", "a\\b", "a'b", "a\"b", "a b",
        "a ", "a/", "a/b", "a0", "批次/小米", "批次/小米2", "批次", "批",
        "\uD7FF", "\uD7FFx", "\uE000", "\uFFFF", "\uFFFFx", "😀", "😀x", "😁",
        "\U0010FFFF", "\U0010FFFFx", "a\U0010FFFF", "a\U0010FFFFx",
        "reservation/mi2-1/weibo:alice", "reservation/mi2-10/weibo:alice",
        "reservation/mi2-1/weibo:Alice",
    ];

    private static readonly Comparer<string> ByUtf8 = Comparer<string>.Create(
        (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    [Fact]
    public async Task Listing_by_prefix_gives_exactly_the_names_that_begin_with_it_in_the_order_of_their_bytes()
    {
        foreach (var name in AwkwardNames) await Ledger.AppendAllAsync([new Chain(name).Next()]);

        foreach (var prefix in AwkwardNames.Append("").Append("reservation/mi2-1/").Append("nothing"))
        {
            var expected = AwkwardNames.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(ByUtf8).ToList();
            foreach (var pageSize in new[] { 1, 2, 3, 10_000 })
                (await Ledger.ListNamesAsync(prefix, pageSize)).ShouldBe(
                    expected, $"prefix {prefix}, pages of {pageSize}");
            (await Ledger.CountOpenAsync(prefix, Cancelled)).ShouldBe(expected.Count);
        }
    }

    [Fact]
    public async Task Listing_goes_on_after_any_text_whether_it_names_a_stream_or_not()
    {
        foreach (var name in new[] { "b/1", "b/2", "b/3", "c/1" })
            await Ledger.AppendAllAsync([new Chain(name).Next()]);

        async Task<string[]> After(string after) =>
            [.. (await Ledger.ListAsync("b/", after, 10, Cancelled)).Select(head => head.Stream)];
        (await After("")).ShouldBe(["b/1", "b/2", "b/3"]);
        (await After("a")).ShouldBe(["b/1", "b/2", "b/3"]);
        (await After("b/")).ShouldBe(["b/1", "b/2", "b/3"]);
        (await After("b/1")).ShouldBe(["b/2", "b/3"]);
        (await After("b/11")).ShouldBe(["b/2", "b/3"]);
        (await After("b/3")).ShouldBeEmpty();
        (await After("z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Listing_tells_the_heads()
    {
        await Ledger.AppendAllAsync(new Chain("batch/a").Rows(1, 4));
        await Ledger.AppendAllAsync(new Chain("batch/b").Rows(7));

        (await Ledger.ListAsync("batch/", null, 10, Cancelled)).ShouldBe(
            [new StreamHead("batch/a", 5), new StreamHead("batch/b", 7)]);
        (await Ledger.ListAsync("batch/", null, 1, Cancelled)).ShouldBe([new StreamHead("batch/a", 5)]);
    }

    [Fact]
    public async Task The_open_streams_are_those_whose_last_commit_says_so_whatever_the_rows()
    {
        async Task Write(string name, params (int Count, bool IsOpen)[] rows)
        {
            var chain = new Chain($"reservation/{name}");
            await Ledger.AppendAllAsync(rows.Select(row => chain.Next(row.Count) with { IsOpen = row.IsOpen }));
        }
        await Write("mi2-1/one", (1, true));
        await Write("mi2-1/gone", (1, true), (1, false));
        await Write("mi2-1/back", (1, true), (1, false), (1, true));
        await Write("mi2-1/never", (1, false));
        await Write("mi2-1/even", (2, false), (2, true), (2, true));
        await Write("mi2-10/other", (1, false), (1, true));

        (await Ledger.CountOpenAsync("reservation/mi2-1/", Cancelled)).ShouldBe(3);
        (await Ledger.CountOpenAsync("reservation/mi2-1", Cancelled)).ShouldBe(4);
        (await Ledger.CountOpenAsync("reservation/mi2-1/gone", Cancelled)).ShouldBe(0);
        (await Ledger.CountOpenAsync("reservation/mi2-2/", Cancelled)).ShouldBe(0);
    }

    [Fact]
    public async Task Streams_of_one_group_are_counted_each_by_its_own_commit()
    {
        const int Streams = 60;
        var chains = Enumerable.Range(0, Streams).Select(index => new Chain($"batch/b{index}")).ToList();
        foreach (var remainder in new[] { 0, 1, 2 })
        {
            // All at once, so that a ledger with group commit puts them into one transaction.
            await Task.WhenAll(chains.Select((chain, index) =>
                Ledger.AppendAllAsync([chain.Next() with { IsOpen = index % 3 == remainder }])));
            (await Ledger.CountOpenAsync("batch/", Cancelled)).ShouldBe(Streams / 3);
            for (var index = 0; index < Streams; index++)
                (await Ledger.CountOpenAsync($"batch/b{index}", Cancelled) > 0).ShouldBe(
                    Enumerable.Range(0, Streams)
                        .Any(other => $"{other}".StartsWith($"{index}", StringComparison.Ordinal)
                        && other % 3 == remainder));
        }
    }

    [Fact]
    public async Task A_repeat_that_says_otherwise_changes_nothing()
    {
        var commit = new Chain(Stream).Next();
        await Ledger.AppendAllAsync([commit, commit with { IsOpen = false }]);
        (await Ledger.CountOpenAsync(Stream, Cancelled)).ShouldBe(1);
    }

    [Fact]
    public async Task Listings_refuse_arguments_out_of_range()
    {
        await Should.ThrowAsync<ArgumentException>(() => Ledger.ListAsync("", null, 0, Cancelled));
        await Should.ThrowAsync<ArgumentException>(
            () => Ledger.ListAsync("", null, LedgerArguments.MaxListLimit + 1, Cancelled));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.ListAsync("\uDC00", null, 1, Cancelled));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.CountOpenAsync("\uD800", Cancelled));
    }
}
