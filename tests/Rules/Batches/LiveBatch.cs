using System.Buffers;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A batch driven the way its actor drives it, decide, stamp, write, apply, which keeps the lines that it wrote.</summary>
internal sealed class LiveBatch
{
    /// <summary>The opening of the sale in <see cref="TermsOf"/>: noon in Beijing on 21 December 2012, ms.</summary>
    public const long Opening = 1_356_062_400_000;

    public static readonly Money Price = new(199_900, "CNY");

    private readonly EntryWriter _writer = new("mi2-1");

    public SaleBatch State { get; } = new();

    /// <summary>The entries as stored, one line each, line feed included.</summary>
    public List<byte[]> Lines { get; } = [];

    /// <summary>A batch that is created a day before its opening.</summary>
    public static LiveBatch Create(BatchTerms? terms = null)
    {
        var live = new LiveBatch();
        live.Commit(Opening - 86_400_000, new Created(terms ?? TermsOf()));
        return live;
    }

    /// <summary>Terms like the Mi2's: reservations end an hour before the opening, the sale lasts an hour.</summary>
    public static BatchTerms TermsOf(int stock = 10, int limit = 1, int windowSeconds = 900, params string[] channels) => new(
        "mi2-1", new Product("mi2", "Xiaomi Mi2 16 GB", Price, null), channels is [] ? ["weibo"] : channels, stock, limit, windowSeconds,
        new Schedule(Instant(Opening - 7_200_000), Instant(Opening - 3_600_000), Instant(Opening), Instant(Opening + 3_600_000)));

    public static DateTimeOffset Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);

    /// <summary>Appends and applies entries of one commit; nulls are skipped, as a decision may have none.</summary>
    public void Commit(long now, params BatchEntry?[] entries)
    {
        foreach (var entry in entries)
        {
            if (entry is null) continue;
            Lines.Add(Line(State.LastSeq + 1, now, entry));
            State.Apply(State.LastSeq + 1, now, entry);
        }
    }

    /// <summary>Decides a purchase, commits what it decides, and returns its outcome.</summary>
    public PurchaseOutcome Buy(
        string user, long now = Opening, string? key = null, int quantity = 1, long reservation = 1, bool byTicket = true)
    {
        var decision = PurchaseRules.Decide(State, new PurchaseRequest(user, key, quantity, reservation, byTicket), now);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>Decides a capture of the order's exact amount by its owner and commits.</summary>
    public CaptureResult? Pay(long order, string payment, long now = Opening, long grace = 30_000)
    {
        var held = State.Orders.Find(order)!;
        var decision = PaymentRules.DecideCapture(State, new Capture(order, payment, held.User, Price * held.Quantity), now, grace);
        Commit(now, decision.Entries);
        return decision.Outcome.Value;
    }

    /// <summary>Decides a cancellation by an operator and commits.</summary>
    public void Cancel(long order, long now = Opening)
    {
        var decision = PaymentRules.DecideCancel(State, order, owner: null);
        Commit(now, decision.Entries);
    }

    /// <summary>Decides an operator's command and commits.</summary>
    public Answer<bool> Operate(
        OperatorAction action, string key, int units = 0, long now = Opening, string by = "weibo:boss")
    {
        var decision = OperatorRules.Decide(State, new OperatorCommand(action, units, "because", by, key));
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>A fresh state made from the stored lines alone.</summary>
    public SaleBatch Replay()
    {
        var batch = new SaleBatch();
        foreach (var line in Lines)
        {
            var (seq, at, entry) = EntryReader.Read(line);
            batch.Apply(seq, at, entry);
        }
        return batch;
    }

    private byte[] Line(long seq, long at, BatchEntry entry)
    {
        var to = new ArrayBufferWriter<byte>();
        _writer.Write(to, seq, at, entry);
        return to.WrittenSpan.ToArray();
    }
}
