using System.Collections.Concurrent;
using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Draws;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
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
        "小米手机", "say \"noon\"", "back\\slash", "\u2028\u2029", "\U0001F4F1", "e\u0301", "<script>&'</script>", "\u00a0",
        "\u200f", "\ufeff", "\t\n\r\0\u001f", " ", "", "null", "{\"seq\":1}", "𠜎", "\uffff", "%00", "a\u0000b",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf(Awkward), Gen.Int[0, 0x10FFFF].Where(c => c is < 0xD800 or > 0xDFFF)
            .Select(char.ConvertFromUtf32).Array[0, 12]
            .Select(string.Concat));

    private static readonly Gen<long> Seq =
        Gen.OneOf(Gen.Long[1, 100], Gen.OneOf(999_999_999_999_999_999L, int.MaxValue, 1L << 53));

    private static readonly Gen<long> Instant = Gen.OneOf(
        Gen.Long[0, 4_102_444_800_000], Gen.OneOf(0L, -62_135_596_800_000, 253_402_300_799_999));

    private static readonly Gen<Money> Amount = Gen.Select(
        Gen.OneOf(Gen.Long[0, 1_000_000], Gen.OneOf(long.MaxValue, 100_000_000_000_000)), Text,
        (amount, currency) => new Money(amount, currency));

    private static readonly Gen<long> Fee = Gen.OneOf(Gen.Long[0, 1_000_000], Gen.OneOf(0L, long.MaxValue));

    private static readonly Gen<int[]> Units = Gen.OneOf(
        Gen.Int[1, 10_000_000].Array[1, 5], Gen.Const(Enumerable.Range(9_999_901, 100).ToArray()),
        Gen.Const(new[] { int.MaxValue }));

    private static readonly Gen<UnitRange[]> Ranges =
        Gen.Select(Gen.Int[1, 10_000_000], Gen.Int[0, 1_000], (first, more) =>
        new UnitRange(first, first + more)).Array[1, 4];

    private static readonly Gen<Alias> AnyAlias = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new Alias(high, low));

    private static readonly Gen<KeyHash> Key = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new KeyHash(high, low));

    private static readonly Gen<KeyHash?> KeyOrNone = OrNone(Key);

    private static readonly Gen<PaymentId> Payment =
        Gen.Select(Text, Text, (provider, id) => new PaymentId(provider, id));

    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[32];

    private static readonly Gen<(string Reason, Alias By, KeyHash Key)> By = Gen.Select(Text, AnyAlias, Key);

    private static readonly Gen<Schedule> AnySchedule = Gen.Select(Instant, Instant, Instant, Instant, (a, b, c, d) =>
        new Schedule(LiveBatch.Instant(a), LiveBatch.Instant(b), LiveBatch.Instant(c), LiveBatch.Instant(d)));

    private static readonly Gen<LanguageText?> TextsOrNone = Gen.Select(Text.Null(), Text.Null(), (english, chinese) =>
        english is null && chinese is null ? null : new LanguageText(english, chinese));

    private static readonly Gen<BatchTerms> Terms =
        Gen.Select(Text, Amount, Text.Null(), Text.Array[1, 16], Gen.Int[1, 10_000_000],
        AnySchedule, Gen.Int[0, 3_650],
        Gen.Select(TextsOrNone, TextsOrNone, OrNone(Gen.Int[0, 1_000_000]), OrNone(Gen.Int[1, 86_400]),
            OrNone(Gen.Enum<PaidCancellation>())),
        (name, price, image, channels, stock, schedule, days, more) => new BatchTerms(
            "mi2-1", new("mi2", name, price, image), channels, stock, 100, 86_400, schedule, days, more.Item1,
            more.Item2, more.Item3, more.Item4, more.Item5));

    private static readonly Gen<BatchEntry> OfOrders = Gen.OneOf<BatchEntry>(
        Gen.Select(AnyAlias, Units, Instant, Seq, KeyOrNone, OrNone(Seq), OrNone(Seq),
            (user, units, payBy, reservation, key, place, from) =>
            (BatchEntry)new Held(user, units, payBy, reservation, key, place is { } number
                ? new Offer(number, from) : null)),
        Gen.Select(
            Seq, Units, Gen.Enum<ReleaseReason>(), OrNone(Gen.Select(AnyAlias, Gen.Enum<CancelReason>(), KeyOrNone)),
            (order, units, why, by) =>
            (BatchEntry)new Released(order, units, why, by?.Item1, by?.Item2, by?.Item3)),
        Gen.Select(Seq, Units, Instant, Gen.Enum<CancelReason>(), By, (order, units, payBy, why, by) =>
            (BatchEntry)new Revived(order, units, payBy, why, by.By, by.Key)),
        Gen.Select(AnyAlias, Units, Instant, Gen.Enum<CancelReason>(), By, (buyer, units, payBy, why, by) =>
            (BatchEntry)new Granted(buyer, units, payBy, why, by.By, by.Key)),
        Gen.Select(Seq, Gen.Enum<CancelReason>(), By, (order, why, by) =>
            (BatchEntry)new Shipped(order, why, by.By, by.Key)),
        Gen.Select(Seq, AnyAlias, Gen.Int[1, 100], Gen.Enum<CancelReason>(), Gen.Int[0, 3], By, Instant,
            (number, buyer, units, why, which, by, until) => (BatchEntry)new Proposed(which switch
            {
                0 => BuyerCommand.Grant(buyer, units, why, by.By, by.Key),
                1 => BuyerCommand.OnOrder(BuyerAction.Revive, number, why, by.By, by.Key),
                2 => BuyerCommand.OnPlace(number, why, by.By, by.Key),
                _ => new OperatorCommand(OperatorAction.Restock, units, by.Reason, by.By, by.Key),
            }, until)),
        Seq.Select(order => (BatchEntry)new ReturnOffered(order)),
        Seq.Select(order => (BatchEntry)new ReturnCancelled(order)),
        Gen.Select(AnyAlias, Seq, (user, version) => (BatchEntry)new ReservationCancelled(user, version)));

    private static readonly Gen<BatchEntry> OfMoney = Gen.OneOf<BatchEntry>(
        Gen.Select(Seq, Gen.Int[1, 10], Text, Text, (order, number, provider, checkout) =>
            (BatchEntry)new CheckoutOpened(order, number, provider, checkout)),
        Gen.Select(Seq, Payment, Amount, OrNone(Units), OrNone(Fee), (order, payment, amount, units, fee) =>
            (BatchEntry)new Sold(order, payment, amount, units, fee)),
        Gen.Select(
            Seq, Payment, Amount, Gen.Enum<RefundReason>(),
            OrNone(Gen.Select(AnyAlias, Gen.Enum<CancelReason>(), Key)), OrNone(Fee),
            (order, payment, amount, why, by, fee) =>
            (BatchEntry)new RefundOwed(order, payment, amount, why, by?.Item1, by?.Item2, by?.Item3, fee)),
        Gen.Select(Seq, Payment, Text, Amount, (order, payment, refund, amount) =>
            (BatchEntry)new RefundMade(order, payment, refund, amount)),
        Gen.Select(Seq, Payment, Amount, Text, (order, payment, amount, code) =>
            (BatchEntry)new RefundStalled(order, payment, amount, code)),
        Gen.Select(Seq, Payment, Amount, Text, OrNone(AnyAlias), (order, payment, amount, code, by) =>
            (BatchEntry)new RefundedElsewhere(order, payment, amount, code, by)),
        Gen.Select(Seq, Payment, Amount, Text, (order, payment, amount, code) =>
            (BatchEntry)new Disputed(order, payment, amount, code)));

    private static readonly Gen<BatchEntry> OfTheLine = Gen.OneOf<BatchEntry>(
        Gen.Select(Seq, AnyAlias, Gen.Int[1, 100], Gen.Enum<JoinedHow>(), Seq, KeyOrNone, OrNone(Seq),
            (place, buyer, quantity, how, reservation, key, origin) => (BatchEntry)new Joined(
                place, buyer, quantity, how, reservation, key,
                origin is { } there ? new Origin("mi2-0", there) : null)),
        Gen.Select(
            Seq, Gen.Enum<LeftWhy>(), OrNone(Gen.Select(AnyAlias, Gen.Enum<CancelReason>(), Key)), (place, why, by) =>
            (BatchEntry)new Left(place, why, by?.Item1, by?.Item2, by?.Item3)),
        Gen.Int[0, int.MaxValue].Select(places => (BatchEntry)new BacklogCarried(places)),
        By.Select(by => (BatchEntry)new BacklogDropped(by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new LineSuspended(by.By, by.Key)),
        By.Select(by => (BatchEntry)new LineResumed(by.By, by.Key)),
        Gen.Select(Seq, Bytes, (count, root) => (BatchEntry)new RosterClosed(count, root)),
        Gen.Select(Bytes, OrNone(Bytes), Bytes, (secret, beacon, seed) => (BatchEntry)new Drawn(secret, beacon, seed)));

    private static readonly Gen<BatchEntry> OfOperators = Gen.OneOf<BatchEntry>(
        Gen.Select(Terms, Bytes, OrNone(Bytes), (terms, keyHash, secret) =>
            (BatchEntry)new Created(terms, keyHash, secret)),
        Gen.Const((BatchEntry)new OpenedSale()),
        Gen.Enum<EndCause>().Select(cause => (BatchEntry)new EndedSale(cause)),
        Gen.Select(Ranges, By, (ranges, by) => (BatchEntry)new Restocked(ranges, by.Reason, by.By, by.Key)),
        Gen.Select(Ranges, By, (ranges, by) => (BatchEntry)new Withdrawn(ranges, by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new PausedSale(by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new ResumedSale(by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new ClosedSale(by.Reason, by.By, by.Key)),
        AnyAlias.Select(by => (BatchEntry)new Anonymised(by)),
        Gen.Select(Gen.Int[1, 86_400], By, (seconds, by) =>
            (BatchEntry)new Extended(seconds, by.Reason, by.By, by.Key)),
        Gen.Select(AnySchedule, By, (schedule, by) => (BatchEntry)new Rescheduled(schedule, by.Reason, by.By, by.Key)),
        Gen.Select(Gen.Enum<RecalledOrders>(), By, (orders, by) =>
            (BatchEntry)new Recalled(orders, by.Reason, by.By, by.Key)),
        By.Select(by => (BatchEntry)new Approved(by.By, by.Key)));

    private static readonly Gen<BatchEntry> Any = Gen.OneOf(OfOrders, OfMoney, OfTheLine, OfOperators);

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
    public void A_line_that_is_not_quite_one_is_refused(string line) =>
        Should.Throw<LedgerFormatException>(() => Lines.Read(line));

    [Fact]
    public void Every_entry_type_comes_back_somewhere()
    {
        var met = new ConcurrentDictionary<Type, bool>();
        Any.Sample(entry => { met[entry.GetType()] = true; }, iter: 4_000);
        StoredFormatTests.Types.Except(met.Keys).ShouldBeEmpty();
    }

    private static Gen<T?> OrNone<T>(Gen<T> gen) where T : struct =>
        Gen.OneOf(gen.Select(value => (T?)value), Gen.Const((T?)null));

    private static Gen<T[]?> OrNone<T>(Gen<T[]> gen) =>
        Gen.OneOf(gen.Select(value => (T[]?)value), Gen.Const((T[]?)null));

    private static void ReadsOrIsRefused(byte[] line)
    {
        try
        {
            var read = EntryReader.Read(line);
            // An entry that was read can be written, so no required member is null.
            Lines.Write(read.Entry, read.Seq, read.At);
        }
        catch (LedgerFormatException)
        {
            // Refused, as it should be.
        }
    }
}
