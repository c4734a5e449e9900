using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Tests.Rules.Batches;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.OrderTable;

/// <summary>
/// One cell of the table in docs/orders.md: a small sale, an order of alice's in some state, and an event. It checks
/// the entries that the event writes, the money to the minor unit, and the units.
/// </summary>
internal sealed class Cell
{
    /// <summary>The deadline of the order that the buyer sees, ms.</summary>
    public const long PayBy = Opening + 900_000;

    /// <summary>When the order is released if it is not paid, ms.</summary>
    public const long Release = PayBy + Grace;

    private const string Provider = SoleProvider.Name;

    private long _from;

    public Cell(int stock = 2, int? standby = null)
    {
        Live = Open(TermsOf(stock) with { StandbyLimit = standby });
        Seq = Live.Buy("weibo:alice").Order!.Seq;
    }

    public LiveBatch Live { get; }

    /// <summary>The sequence of the order's held entry.</summary>
    public long Seq { get; }

    /// <summary>The instant of the next event, ms.</summary>
    public long Now { get; set; } = Opening;

    public Order Order => Live.State.Orders.Find(Seq)!;

    public OrderStatus Status => OrderBook.StatusOf(Order);

    public Payment Payment => Live.State.Payments.All[PaymentOf("p")];

    /// <summary>An order in one of the states of the table.</summary>
    public static Cell In(string state)
    {
        var cell = new Cell();
        switch (state)
        {
            case "awaiting payment": break;
            case "in the grace": cell.Now = Release - 1; break;
            case "paid": cell.Capture(); break;
            case "expired": cell.Expire(); break;
            case "cancelled": cell.Live.Cancel(cell.Seq); break;
            case "refunding":
                cell.Capture();
                cell.Live.Cancel(cell.Seq);
                break;
            case "refunded":
                cell.Capture();
                cell.Live.Cancel(cell.Seq);
                cell.Refund("r");
                break;
            default: throw new ArgumentOutOfRangeException(nameof(state), state, "no state of the table");
        }
        return cell.Begin();
    }

    /// <summary>An order whose refund the provider refuses.</summary>
    public static Cell Stalled()
    {
        var cell = In("refunding");
        cell.Stall("409 insufficient-funds");
        return cell.Begin();
    }

    /// <summary>Counts what comes from now on as the event's.</summary>
    public Cell Begin()
    {
        _from = Live.State.LastSeq;
        return this;
    }

    public void Expire()
    {
        Now = Math.Max(Now, Release);
        Live.DoDue(Now);
    }

    public CaptureResult? Capture(
        string payment = "p", Money? amount = null, string? payer = "weibo:alice", string provider = Provider)
    {
        var capture = new Capture(Seq, provider, payment, payer is null ? null : AliasOf(payer), amount ?? Price);
        return Take(PaymentRules.DecideCapture(Live.State, capture, Now, Grace)).Value;
    }

    /// <summary>Applies a provider's report on a checkout. False: it tells of no payment.</summary>
    public bool Told(CheckoutState state)
    {
        if (ClosingRules.CaptureOf(Order, Provider, state, AliasOf("weibo:alice")) is not { } capture) return false;
        Take(PaymentRules.DecideCapture(Live.State, capture, Now, Grace));
        return true;
    }

    public Refusal? CheckOut(string checkout = "c") =>
        Take(PaymentRules.DecideCheckout(Live.State, Seq, Provider, checkout, Now));

    public Answer<Effect> Cancel(bool byOperator = false) => Take(PaymentRules.DecideCancel(
        Live.State, Seq, byOperator ? null : AliasOf("weibo:alice"),
        byOperator ? new Cancellation(Boss, CancelReason.Mistake) : null));

    /// <summary>An operator's command on the order, once for each key.</summary>
    public Effect? Command(BuyerAction action, string key) =>
        Take(BuyerRules.Decide(Live.State, On(action, Seq, key), Now)).Value;

    public string? Refund(string refund, Money? amount = null, string payment = "p") =>
        Take(PaymentRules.DecideRefunded(Live.State, PaymentOf(payment), refund, amount ?? Price));

    public bool Stall(string code) => Take(NoticeRules.DecideStalled(Live.State, PaymentOf("p"), code));

    public Answer<NewsResult> RefundElsewhere(string refund, long amount) => News(
        [new RefundNews(refund, Price with { Amount = amount })], []);

    public Answer<NewsResult> Dispute(DisputeState state, long? amount = null, string dispute = "d") => News(
        [], [new DisputeNews(dispute, Price with { Amount = amount ?? Price.Amount }, state)]);

    public Answer<NewsResult> News(RefundNews[] refunds, DisputeNews[] disputes) => Take(NoticeRules.DecideNews(
        Live.State, Seq, Provider, new PaymentNews($"mi2-1.{Seq}", "p", refunds, disputes)));

    public Answer<Effect> Settle(SettledHow how = SettledHow.BankTransfer) =>
        Take(NoticeRules.DecideSettled(Live.State, Seq, PaymentOf("p"), Boss, how));

    /// <summary>Checks the types of the entries of the event, in their order.</summary>
    public Cell ShouldHaveWritten(params string[] types)
    {
        Live.Lines.Skip((int)_from).Select(line => Encoding.UTF8.GetString(EntryReader.Read(line).Entry.Type))
            .ShouldBe(types);
        return this;
    }

    public BatchEntry Last => EntryReader.Read(Live.Lines[^1]).Entry;

    /// <summary>Checks the status of the order, and the units of the batch.</summary>
    public Cell ShouldHaveStatus(OrderStatus status, int held = 0, int sold = 0)
    {
        Status.ShouldBe(status);
        (Live.State.Stock.Held, Live.State.Stock.Sold).ShouldBe((held, sold));
        (Live.State.Stock.Free.Count + held + sold).ShouldBe(Live.State.Stock.Total, "I1");
        StateDump.Same(StateDump.Of(Live.Replay()), StateDump.Of(Live.State));
        return this;
    }

    /// <summary>Checks where the captured money is, over all providers and currencies.</summary>
    public Cell ShouldHaveMoney(long sold = 0, long owed = 0, long refunded = 0, long elsewhere = 0)
    {
        var balances = NoticeRules.View(Live.State).Balances;
        (balances.Sum(of => of.Sold), balances.Sum(of => of.Owed), balances.Sum(of => of.Refunded),
            balances.Sum(of => of.Elsewhere)).ShouldBe((sold, owed, refunded, elsewhere));
        balances.ShouldAllBe(of => of.IsBalanced);
        balances.Sum(of => of.Captured).ShouldBe(
            Live.State.Payments.All.Values.Sum(payment => payment.Amount.Amount), "captured");
        return this;
    }

    private T Take<T>(Decision<T> decision)
    {
        Live.Commit(Now, decision.Entries);
        return decision.Outcome;
    }
}
