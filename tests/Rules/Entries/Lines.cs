using System.Buffers;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Entries;

/// <summary>Entries and the lines they are stored as.</summary>
internal static class Lines
{
    /// <summary>2012-12-21T04:00:00.012Z, ms.</summary>
    public const long At = LiveBatch.Opening + 12;

    private static readonly Product Product = new("mi2", "小米 Mi2 16 GB", LiveBatch.Price, "/mi2.png");

    // One of each type and of each reason, each member unlike its default, in the order of the lines in golden.ndjson.
    private static readonly BatchEntry[] Entries =
    [
        new Created(LiveBatch.TermsOf(50_000, 2) with { Product = Product }),
        new Created(LiveBatch.TermsOf(channels: ["weibo", "mi"])),
        new Held("weibo:张伟", [17], At + 900_000, 1, "a-1"),
        new Held("weibo:alice", [17, 19, 4_096], At + 900_000, 3, null),
        new CheckoutOpened(17, "c0ffee"),
        new Sold(17, "p-1", LiveBatch.Price),
        new Released(17, [16], ReleaseReason.Expired),
        new Released(17, [16, 20], ReleaseReason.Cancelled),
        new RefundOwed(17, "p-2", LiveBatch.Price, RefundReason.Expired),
        new RefundOwed(17, "p-2", LiveBatch.Price, RefundReason.Cancelled),
        new RefundOwed(17, "p-2", LiveBatch.Price, RefundReason.Duplicate),
        new RefundOwed(17, "p-2", LiveBatch.Price, RefundReason.WrongAmount),
        new RefundOwed(17, "p-2", LiveBatch.Price, RefundReason.WrongPayer),
        new RefundMade(17, "p-2", "r-1", LiveBatch.Price),
        new ReservationCancelled("weibo:alice", 2),
        new Restocked([new(11, 15)], "found", "weibo:boss", "o-1"),
        new Withdrawn([new(3, 3), new(8, 10)], "broken", "weibo:boss", "o-2"),
        new PausedSale("a \"pause\"", "weibo:boss", "o-3"),
        new ResumedSale("a \"pause\"", "weibo:boss", "o-3"),
        new ClosedSale("a \"pause\"", "weibo:boss", "o-3"),
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
