using System.Buffers;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// A batch driven the way its actor drives it: do what is due, decide, stamp, write, apply. It keeps the lines that it
/// wrote.
/// </summary>
internal sealed class LiveBatch
{
    /// <summary>The opening of the sale in <see cref="TermsOf"/>: noon in Beijing on 21 December 2012, ms.</summary>
    public const long Opening = 1_356_062_400_000;

    /// <summary>From payBy to the release, ms.</summary>
    public const long Grace = 30_000;

    public static readonly Money Price = new(199_900, "CNY");

    /// <summary>The key of every batch of these tests: the bytes 1 to 32.</summary>
    public static readonly BatchKey Key = new([.. Enumerable.Range(1, BatchKey.Length).Select(i => (byte)i)]);

    /// <summary>The operator.</summary>
    public static readonly Alias Boss = AliasOf("weibo:boss");

    private readonly EntryWriter _writer = new("mi2-1");

    public SaleBatch State { get; } = new();

    /// <summary>The entries as stored, one line each, line feed included.</summary>
    public List<byte[]> Lines { get; } = [];

    /// <summary>A batch that is created a day before its opening.</summary>
    public static LiveBatch Create(BatchTerms? terms = null)
    {
        var live = new LiveBatch();
        live.Commit(Opening - 86_400_000, new Created(terms ?? TermsOf(), Key.Hash));
        return live;
    }

    /// <summary>A batch whose sale has opened, at its opening.</summary>
    public static LiveBatch Open(BatchTerms? terms = null)
    {
        var live = Create(terms);
        live.DoDue(Opening);
        return live;
    }

    /// <summary>The alias of a user in these tests' batches.</summary>
    public static Alias AliasOf(string user) => Key.AliasOf(user);

    /// <summary>What stands for a user's Idempotency-Key; null for none.</summary>
    public static KeyHash? HashOf(string user, string? key) => key is null ? null : Key.HashOf(AliasOf(user), key);

    /// <summary>What stands for an operator's Idempotency-Key.</summary>
    public static KeyHash CommandKey(string key, string by = "weibo:boss") => Key.HashOf(AliasOf(by), key);

    /// <summary>A payment at the provider that there is.</summary>
    public static PaymentId PaymentOf(string payment) => new(SoleProvider.Name, payment);

    /// <summary>Terms like the Mi2's: reservations end an hour before the opening, the sale lasts an hour.</summary>
    public static BatchTerms TermsOf(
        int stock = 10, int limit = 1, int windowSeconds = 900, params string[] channels) => new(
        "mi2-1", new Product("mi2", "Xiaomi Mi2 16 GB", Price, null), channels is [] ? ["weibo"] : channels, stock,
        limit, windowSeconds,
        new Schedule(Instant(Opening - 7_200_000), Instant(Opening - 3_600_000), Instant(Opening),
            Instant(Opening + 3_600_000)));

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

    /// <summary>A hold of one unit.</summary>
    public static Held HoldOf(string user, string? key, int unit, long now) =>
        new(AliasOf(user), [unit], now + 900_000, 1, HashOf(user, key));

    /// <summary>Demands that an entry cannot come next, and that its refusal changes nothing.</summary>
    public InconsistentEntryException Refused(BatchEntry entry, long at) => Refused(entry, State.LastSeq + 1, at);

    /// <summary>The same for an entry of another sequence.</summary>
    public InconsistentEntryException Refused(BatchEntry entry, long seq, long at)
    {
        var before = StateDump.Of(State);
        var refusal = Should.Throw<InconsistentEntryException>(() => State.Apply(seq, at, entry), entry.ToString());
        refusal.Message.ShouldStartWith($"Entry {seq}: ");
        StateDump.Same(StateDump.Of(State), before);
        return refusal;
    }

    /// <summary>Does what is due at an instant.</summary>
    public void DoDue(long now, long grace = Grace)
    {
        while (Agenda.Next(State, now, grace) is { } due) Commit(now, due);
    }

    /// <summary>Decides a purchase, commits what it decides, and returns its outcome.</summary>
    public PurchaseOutcome Buy(
        string user, long now = Opening, string? key = null, int quantity = 1, long reservation = 1,
        bool byTicket = true, bool standby = false)
    {
        DoDue(now);
        var request = new PurchaseRequest(AliasOf(user), HashOf(user, key), quantity, reservation, byTicket, standby);
        var decision = PurchaseRules.Decide(State, request, now);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>Decides a capture of the order's exact amount by its owner and commits.</summary>
    public CaptureResult? Pay(long order, string payment, long now = Opening, long grace = Grace)
    {
        var held = State.Orders.Find(order)!;
        var capture = new Capture(order, SoleProvider.Name, payment, held.Buyer, Price * held.Quantity);
        var decision = PaymentRules.DecideCapture(State, capture, now, grace);
        Commit(now, decision.Entries);
        return decision.Outcome.Value;
    }

    /// <summary>Decides a cancellation by an operator and commits.</summary>
    public void Cancel(long order, long now = Opening, CancelReason reason = CancelReason.Unstated)
    {
        DoDue(now);
        var decision = PaymentRules.DecideCancel(State, order, owner: null, new Cancellation(Boss, reason));
        Commit(now, decision.Entries);
    }

    /// <summary>Decides a cancellation by the order's buyer and commits.</summary>
    public void Decline(long order, long now = Opening)
    {
        DoDue(now);
        Commit(now, PaymentRules.DecideCancel(State, order, State.Orders.Find(order)!.Buyer).Entries);
    }

    /// <summary>Decides that the order's buyer offers its units back, and commits what follows.</summary>
    public Answer<Effect> GiveBack(long order, long now = Opening)
    {
        DoDue(now);
        var decision = ReturnRules.DecideOffer(State, order, State.Orders.Find(order)!.Buyer);
        Commit(now, decision.Entries);
        DoDue(now);
        return decision.Outcome;
    }

    /// <summary>Decides that the order's buyer keeps it after all, and commits.</summary>
    public Answer<Effect> Keep(long order, long now = Opening)
    {
        DoDue(now);
        var decision = ReturnRules.DecideCancel(State, order, State.Orders.Find(order)!.Buyer);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>Decides an operator's command and commits.</summary>
    public Answer<Effect> Operate(
        OperatorAction action, string key, int units = 0, long now = Opening, string by = "weibo:boss")
    {
        return Operate(new OperatorCommand(action, units, "because", AliasOf(by), CommandKey(key, by)), now);
    }

    /// <summary>Decides an operator's command and commits.</summary>
    public Answer<Effect> Operate(OperatorCommand command, long now = Opening)
    {
        DoDue(now);
        var decision = CommandRules.Decide(State, command, now);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>Decides an operator's command that concerns one buyer and commits.</summary>
    /// <param name="within">For how long it waits for a second operator, ms; 0: it does not.</param>
    public Answer<Effect> Command(BuyerCommand command, long now = Opening, long within = 0)
    {
        DoDue(now);
        var decision = ApprovalRules.Propose(
            State, command, BuyerRules.Decide(State, command, now), within, now);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>Decides an approval and commits.</summary>
    public Answer<Effect> Approve(KeyHash key, string by, long now = Opening)
    {
        DoDue(now);
        var decision = ApprovalRules.DecideApprove(State, AliasOf(by), key, now);
        Commit(now, decision.Entries);
        return decision.Outcome;
    }

    /// <summary>A grant by the boss.</summary>
    public static BuyerCommand GrantTo(string user, string key, int units = 1) =>
        BuyerCommand.Grant(AliasOf(user), units, CancelReason.Mistake, Boss, CommandKey(key));

    /// <summary>A command by the boss about an order.</summary>
    public static BuyerCommand On(BuyerAction action, long order, string key) =>
        BuyerCommand.OnOrder(action, order, CancelReason.Mistake, Boss, CommandKey(key));
    /// <summary>Extends all live holds.</summary>
    public Answer<Effect> Extend(int seconds, string key = "extend", long now = Opening) =>
        Operate(CommandOf(OperatorAction.Extend, key) with { Seconds = seconds }, now);

    /// <summary>Changes the schedule.</summary>
    public Answer<Effect> Reschedule(Schedule schedule, string key = "reschedule", long now = Opening) =>
        Operate(CommandOf(OperatorAction.Reschedule, key) with { Schedule = schedule }, now);

    /// <summary>Recalls orders.</summary>
    public Answer<Effect> Recall(RecalledOrders orders, string key = "recall", long now = Opening) =>
        Operate(CommandOf(OperatorAction.Recall, key) with { Orders = orders }, now);

    private static OperatorCommand CommandOf(OperatorAction action, string key) =>
        new(action, 0, "because", Boss, CommandKey(key));

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
