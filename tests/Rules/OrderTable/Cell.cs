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
/// One cell of the table in docs/orders.md: a sale of two units, an order of alice's in some state, and an event. It
/// checks the entries that the event writes, the money to the minor unit, and the units.
/// </summary>
internal sealed class Cell
{
    public const long PayBy = Opening + 900_000, Release = PayBy + Grace;

    private const string Provider = SoleProvider.Name;

    private long _from;

    public Cell(int stock = 2, int? standby = null)
    {
        Live = Open(TermsOf(stock) with { StandbyLimit = standby });
        Order = Live.Buy("weibo:alice").Order!.Seq;
    }

    public LiveBatch Live { get; }

    public long Order { get; }

    public long Now { get; set; } = Opening;

    public Order Held => Live.State.Orders.Find(Order)!;

    public OrderStatus Status => OrderBook.StatusOf(Held);

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
            case "cancelled": cell.Live.Cancel(cell.Order); break;
            case "refunding":
                cell.Capture();
                cell.Live.Cancel(cell.Order);
                break;
            case "refunded":
                cell.Capture();
                cell.Live.Cancel(cell.Order);
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
        var capture = new Capture(Order, provider, payment, payer is null ? null : AliasOf(payer), amount ?? Price);
        return Take(PaymentRules.DecideCapture(Live.State, capture, Now, Grace)).Value;
    }

    /// <summary>The provider says how a checkout is, when it is asked or has to close it.</summary>
    public bool Told(CheckoutState state)
    {
        if (ClosingRules.CaptureOf(Held, Provider, state, AliasOf("weibo:alice")) is not { } capture) return false;
        Take(PaymentRules.DecideCapture(Live.State, capture, Now, Grace));
        return true;
    }

    public Refusal? CheckOut(string checkout = "c") =>
        Take(PaymentRules.DecideCheckout(Live.State, Order, Provider, checkout, Now));

    public void Cancel(bool byOperator = false) => Take(PaymentRules.DecideCancel(
        Live.State, Order, byOperator ? null : AliasOf("weibo:alice"),
        byOperator ? new Cancellation(Boss, CancelReason.Mistake) : null));

    /// <summary>An operator's command on the order, once for each key.</summary>
    public Effect? Command(BuyerAction action, string key) =>
        Take(BuyerRules.Decide(Live.State, On(action, Order, key), Now)).Value;

    public string? Refund(string refund, Money? amount = null, string payment = "p") =>
        Take(PaymentRules.DecideRefunded(Live.State, PaymentOf(payment), refund, amount ?? Price));

    public bool Stall(string code) => Take(NoticeRules.DecideStalled(Live.State, PaymentOf("p"), code));

    public Answer<NewsResult> RefundElsewhere(string refund, long amount) => News(
        [new RefundNews(refund, Price with { Amount = amount })], []);

    public Answer<NewsResult> Dispute(DisputeState state, long? amount = null, string dispute = "d") => News(
        [], [new DisputeNews(dispute, Price with { Amount = amount ?? Price.Amount }, state)]);

    public Answer<NewsResult> News(RefundNews[] refunds, DisputeNews[] disputes) => Take(NoticeRules.DecideNews(
        Live.State, Order, Provider, new PaymentNews($"mi2-1.{Order}", "p", refunds, disputes)));

    public Answer<Effect> Settle(SettledHow how = SettledHow.BankTransfer) =>
        Take(NoticeRules.DecideSettled(Live.State, Order, PaymentOf("p"), Boss, how));

    /// <summary>The types of the entries of the event, in their order.</summary>
    public Cell Wrote(params string[] types)
    {
        Live.Lines.Skip((int)_from).Select(line => Encoding.UTF8.GetString(EntryReader.Read(line).Entry.Type))
            .ShouldBe(types);
        return this;
    }

    public BatchEntry Last => EntryReader.Read(Live.Lines[^1]).Entry;

    /// <summary>The status of the order, and the units of the batch.</summary>
    public Cell Is(OrderStatus status, int held = 0, int sold = 0)
    {
        Status.ShouldBe(status);
        (Live.State.Stock.Held, Live.State.Stock.Sold).ShouldBe((held, sold));
        (Live.State.Stock.Free.Count + held + sold).ShouldBe(Live.State.Stock.Total, "I1");
        StateDump.Same(StateDump.Of(Live.Replay()), StateDump.Of(Live.State));
        return this;
    }

    /// <summary>Where the captured money is, over all providers and currencies.</summary>
    public Cell Money(long sold = 0, long owed = 0, long refunded = 0, long elsewhere = 0)
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
