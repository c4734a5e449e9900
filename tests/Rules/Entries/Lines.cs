using System.Buffers;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
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
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Entries;

/// <summary>Entries and the lines they are stored as.</summary>
internal static class Lines
{
    /// <summary>2012-12-21T04:00:00.012Z, ms.</summary>
    public const long At = Opening + 12;

    /// <summary>The buyer of most golden lines.</summary>
    public const string Buyer = "weibo:alice";

    /// <summary>The operator of the golden lines.</summary>
    public const string Operator = "weibo:boss";

    private static readonly Product Product = new("mi2", "小米 Mi2 16 GB", Price, "/mi2.png");
    private static readonly BatchTerms Described = TermsOf(50_000, 2) with
    {
        Product = Product,
        KeepPersonalDataDays = 30,
        Title = new("The first batch", "第一轮开放购买"),
    };

    private static readonly Alias Alice = AliasOf(Buyer);
    private static readonly PaymentId Payment = PaymentOf("p-2");
    private static readonly byte[] Root = [.. Enumerable.Range(0xE0, 32).Select(i => (byte)i)];

    // One entry of each type and each reason, with and without each optional member. No member has its default. The
    // order is that of the lines in golden.ndjson.
    private static readonly BatchEntry[] Entries =
    [
        new Created(TermsOf(50_000, 2) with { Product = Product, KeepPersonalDataDays = 30 }, Key.Hash),
        new Created(TermsOf(channels: ["weibo", "mi"]), Key.Hash, Root),
        new Created(Described with { Description = new(null, "四核 1.5 GHz\n16 GB") }, Key.Hash),
        new Created(Described with { Title = new("The first batch", null) }, Key.Hash),
        new Created(TermsOf() with { StandbyLimit = 500, OfferWindowSeconds = 300 }, Key.Hash),
        .. Enum.GetValues<PaidCancellation>()
        .Select(until => new Created(TermsOf() with { CancelPaid = until }, Key.Hash)),
        new Created(TermsOf() with { BacklogUnits = 5 }, Key.Hash),
        new OpenedSale(),
        new EndedSale(EndCause.Schedule),
        new EndedSale(EndCause.Operator),
        new Held(AliasOf("weibo:张伟"), [17], At + 900_000, 1, HashOf("weibo:张伟", "a-1")),
        new Held(Alice, [17, 19, 4_096], At + 900_000, 3, null),
        new Held(Alice, [17], At + 900_000, 3, HashOf(Buyer, "a-1"), new Offer(7, null)),
        new Held(Alice, [17], At + 900_000, 3, null, new Offer(7, 16)),
        new CheckoutOpened(17, 2, "alipay", "c0ffee"),
        new Sold(17, new PaymentId("alipay", "p-1"), Price),
        new Sold(17, new PaymentId("alipay", "p-1"), Price, [16, 20]),
        new Sold(17, new PaymentId("alipay", "p-1"), Price, Fee: 1_199),
        new Sold(17, new PaymentId("alipay", "p-1"), Price, [16, 20], 0),
        new Released(17, [16], ReleaseReason.Expired),
        new Released(17, [16, 20], ReleaseReason.Cancelled),
        .. Enum.GetValues<CancelReason>()
        .Select(reason => new Released(17, [16], ReleaseReason.Cancelled, Boss, reason)),
        new Released(17, [16], ReleaseReason.Cancelled, Boss, CancelReason.Mistake, CommandKey("o-6")),
        new Released(17, [16], ReleaseReason.Returned),
        .. Enum.GetValues<RefundReason>().Select(why => why == RefundReason.Shipped
            ? new RefundOwed(17, Payment, Price, why, Boss, CancelReason.Other, CommandKey("o-6"))
            : new RefundOwed(17, Payment, Price, why)),
        new RefundOwed(17, Payment, Price, RefundReason.Duplicate, Fee: 1_199),
        new RefundMade(17, Payment, "r-1", Price),
        new RefundStalled(17, Payment, Price, "insufficient-funds"),
        new RefundedElsewhere(17, Payment, Price, "by-hand"),
        new RefundedElsewhere(17, Payment, Price, "bank-transfer", Boss),
        new Disputed(17, Payment, Price, "fraudulent"),
        new ReservationCancelled(Alice, 2),
        new Restocked([new(11, 15)], "found", Boss, CommandKey("o-1")),
        new Withdrawn([new(3, 3), new(8, 10)], "broken", Boss, CommandKey("o-2")),
        new PausedSale("a \"pause\"", Boss, CommandKey("o-3")),
        new ResumedSale("a \"pause\"", Boss, CommandKey("o-3")),
        new ClosedSale("a \"pause\"", Boss, CommandKey("o-3")),
        new Anonymised(Boss),
        new Joined(7, Alice, 2, JoinedHow.Standby, 3, HashOf(Buyer, "a-1"), null),
        new Joined(7, Alice, 2, JoinedHow.Lobby, 3, null, null),
        new Joined(7, Alice, 2, JoinedHow.Draw, 3, null, null),
        new Joined(7, Alice, 2, JoinedHow.Carried, 3, null, new Origin("mi2-0", 4_711)),
        new BacklogCarried(7),
        new BacklogDropped("a \"pause\"", Boss, CommandKey("o-3")),
        new Left(7, LeftWhy.Left),
        new Left(7, LeftWhy.Passed),
        .. Enum.GetValues<CancelReason>()
        .Select(reason => new Left(7, LeftWhy.Removed, Boss, reason, CommandKey("o-4"))),
        new LineSuspended(Boss, CommandKey("o-4")),
        new LineResumed(Boss, CommandKey("o-4")),
        new RosterClosed(60_000, Root),
        new Drawn(Root, Key.Hash, Root),
        new Drawn(Root, null, Root),
        new Extended(600, "slow bank", Boss, CommandKey("o-5")),
        new Rescheduled(TermsOf().Schedule, "later", Boss, CommandKey("o-5")),
        .. Enum.GetValues<RecalledOrders>().Select(orders => new Recalled(orders, "defect", Boss, CommandKey("o-5"))),
        new Proposed(BuyerCommand.Grant(Alice, 2, CancelReason.Mistake, Boss, CommandKey("o-6")), At + 900_000),
        new Proposed(
            BuyerCommand.OnOrder(BuyerAction.Revive, 17, CancelReason.Mistake, Boss, CommandKey("o-6")), At + 900_000),
        new Proposed(BuyerCommand.OnPlace(7, CancelReason.Other, Boss, CommandKey("o-6")), At + 900_000),
        new Proposed(
            new OperatorCommand(OperatorAction.Restock, 5, "found", Boss, CommandKey("o-6")), At + 900_000),
        new Proposed(
            new OperatorCommand(OperatorAction.Extend, 0, "down", Boss, CommandKey("o-6"), 600), At + 900_000),
        new Approved(Boss, CommandKey("o-5")),
        new Revived(17, [16, 20], At + 900_000, CancelReason.Mistake, Boss, CommandKey("o-6")),
        new Granted(Alice, [16], At + 900_000, CancelReason.Other, Boss, CommandKey("o-6")),
        new Shipped(17, CancelReason.BuyerRequest, Boss, CommandKey("o-6")),
        new ReturnOffered(17),
        new ReturnCancelled(17),
    ];

    /// <summary>The entries with the lines they must be stored as for ever.</summary>
    public static IEnumerable<(string Line, BatchEntry Entry)> Golden
    {
        get
        {
            var lines = Fixture("golden.ndjson");
            lines.Length.ShouldBe(Entries.Length);
            return lines.Zip(Entries);
        }
    }

    /// <summary>The line of an entry of the batch <c>mi2-1</c> as text, without its line feed.</summary>
    public static string Write(BatchEntry entry, long seq = 18, long at = At)
    {
        var to = new ArrayBufferWriter<byte>();
        new EntryWriter("mi2-1").Write(to, seq, at, entry);
        to.WrittenSpan[^1].ShouldBe((byte)'\n');
        return Encoding.UTF8.GetString(to.WrittenSpan[..^1]);
    }

    public static StampedEntry Read(string line) => EntryReader.Read(Encoding.UTF8.GetBytes(line));

    public static string[] Fixture(string name) =>
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Entries", "fixtures", name));
}
