using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Entries;

public class RoundTripTests
{
    private static readonly string[] Awkward =
    [
        "小米手机",
        "say \"noon\"", "back\\slash", "\u2028\u2029", "\U0001F4F1", "e\u0301", "<script>&'</script>", "\u00a0", "\u200f", "\ufeff",
        "\t\n\r\0\u001f", " ", "", "null", "{\"seq\":1}", "𠜎", "\uffff", "%00", "a\u0000b",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf(Awkward), Gen.Int[0, 0x10FFFF].Where(c => c is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32).Array[0, 12]
            .Select(string.Concat));

    private static readonly Gen<long> Seq = Gen.OneOf(Gen.Long[1, 100], Gen.OneOf(999_999_999_999_999_999L, int.MaxValue, 1L << 53));

    private static readonly Gen<long> Instant = Gen.OneOf(
        Gen.Long[0, 4_102_444_800_000], Gen.OneOf(0L, -62_135_596_800_000, 253_402_300_799_999));

    private static readonly Gen<Money> Amount = Gen.Select(
        Gen.OneOf(Gen.Long[0, 1_000_000], Gen.OneOf(long.MaxValue, 100_000_000_000_000)), Text,
        (amount, currency) => new Money(amount, currency));

    private static readonly Gen<int[]> Units = Gen.OneOf(
        Gen.Int[1, 10_000_000].Array[1, 5], Gen.Const(Enumerable.Range(9_999_901, 100).ToArray()), Gen.Const(new[] { int.MaxValue }));

    private static readonly Gen<UnitRange[]> Ranges = Gen.Select(Gen.Int[1, 10_000_000], Gen.Int[0, 1_000], (first, more) =>
        new UnitRange(first, first + more)).Array[1, 4];

    private static readonly Gen<(string Reason, string By, string Key)> By = Gen.Select(Text, Text, Text);

    private static readonly Gen<Schedule> AnySchedule = Gen.Select(Instant, Instant, Instant, Instant, (a, b, c, d) =>
        new Schedule(LiveBatch.Instant(a), LiveBatch.Instant(b), LiveBatch.Instant(c), LiveBatch.Instant(d)));

    private static readonly Gen<BatchEntry> Any = Gen.OneOf<BatchEntry>(
        Gen.Select(Text, Amount, Text.Null(), Text.Array[1, 16], Gen.Int[1, 10_000_000], AnySchedule,
            (name, price, image, channels, stock, s) => (BatchEntry)new Created(
                new BatchTerms("mi2-1", new("mi2", name, price, image), channels, stock, 100, 86_400, s))),
        Gen.Select(Text, Units, Instant, Seq, Text.Null(), (user, units, payBy, reservation, key) =>
            (BatchEntry)new Held(user, units, payBy, reservation, key)),
        Gen.Select(Seq, Text, (order, checkout) => (BatchEntry)new CheckoutOpened(order, checkout)),
        Gen.Select(Seq, Text, Amount, (order, payment, amount) => (BatchEntry)new Sold(order, payment, amount)),
        Gen.Select(Seq, Units, Gen.Enum<ReleaseReason>(), (order, units, why) => (BatchEntry)new Released(order, units, why)),
        Gen.Select(Seq, Text, Amount, Gen.Enum<RefundReason>(), (order, payment, amount, why) =>
            (BatchEntry)new RefundOwed(order, payment, amount, why)),
        Gen.Select(Seq, Text, Text, Amount, (order, payment, refund, amount) => (BatchEntry)new RefundMade(order, payment, refund, amount)),
        Gen.Select(Text, Seq, (user, version) => (BatchEntry)new ReservationCancelled(user, version)),
        Gen.Select(Ranges, By, (ranges, by) => (BatchEntry)new Restocked(ranges, by.Reason, by.By, by.Key)),
        Gen.Select(Ranges, By, (ranges, by) => (BatchEntry)new Withdrawn(ranges, by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new PausedSale(by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new ResumedSale(by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new ClosedSale(by.Reason, by.By, by.Key)));

    public static TheoryData<string> Malformed => [.. Lines.Fixture("malformed.ndjson")];

    [Fact]
    public void Every_entry_comes_back_from_its_line_as_it_was() =>
        Gen.Select(Any, Seq, Instant).Sample((entry, seq, at) =>
        {
            var line = Lines.Write(entry, seq, at);
            line.ShouldNotContain('\n');
            var read = Lines.Read(line);
            (read.Seq, read.At).ShouldBe((seq, at));
            EntryEquality.ShouldBeSame(read.Entry, entry);
            Lines.Write(read.Entry, seq, at).ShouldBe(line);
        }, iter: 50 * Check.Iter);

    [Fact]
    public void A_line_with_flipped_bytes_reads_as_something_or_is_refused_as_malformed() =>
        Gen.Select(Any, Seq, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 3]).Sample((entry, seq, flips) =>
        {
            var line = System.Text.Encoding.UTF8.GetBytes(Lines.Write(entry, seq));
            foreach (var (at, with) in flips) line[at % line.Length] = with;
            ReadsOrIsRefused(line);
        }, iter: 200 * Check.Iter);

    [Fact]
    public void A_line_that_was_cut_or_spliced_is_refused_or_reads_as_something() =>
        Gen.Select(Any, Any, Gen.Int[0, 1 << 20], Gen.Int[0, 1 << 20]).Sample((first, second, cut, from) =>
        {
            var (a, b) = (Lines.Write(first), Lines.Write(second));
            ReadsOrIsRefused(System.Text.Encoding.UTF8.GetBytes(a[..(cut % a.Length)] + b[(from % b.Length)..]));
        }, iter: 100 * Check.Iter);

    [Fact]
    public void Every_truncation_of_a_line_is_refused()
    {
        foreach (var (text, _) in Lines.Golden)
        {
            var line = System.Text.Encoding.UTF8.GetBytes(text);
            for (var length = 0; length < line.Length; length++)
                Should.Throw<LedgerFormatException>(() => EntryReader.Read(line.AsSpan(0, length)));
        }
    }

    [Theory, MemberData(nameof(Malformed))]
    public void A_line_that_is_not_quite_one_is_refused(string line) => Should.Throw<LedgerFormatException>(() => Lines.Read(line));

    private static void ReadsOrIsRefused(byte[] line)
    {
        try
        {
            var read = EntryReader.Read(line);
            // What it reads as is an entry that can be written: nothing in it is null that must not be.
            Lines.Write(read.Entry, read.Seq, read.At);
        }
        catch (LedgerFormatException)
        {
            // Refused, as it should be.
        }
    }
}
