using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The state of a batch, as a set of books. It depends on its entries only. <see cref="Apply"/> alone changes it, both
/// live and on replay. The rules read it to decide.
/// </summary>
/// <remarks>
/// Apply checks every entry against the state and throws <see cref="InconsistentEntryException"/> rather than break I1
/// (units are conserved, no unit in two live orders, where a hold for a return has none of its own), I2's key half, or
/// I6 (a payment ends once). So the engine never continues from a wrong rule or a wrong ledger.
/// </remarks>
public sealed class SaleBatch
{
    private readonly List<ulong> _touches = [];

    /// <summary>The state before the first entry.</summary>
    public SaleBatch()
    {
        Directing = new DirectingBook(Stock);
        Line = new LineBook(Directing, Reservations);
        Orders = new OrderBook(Stock, Directing, Line);
        Payments = new PaymentBook(Orders, Stock, Line, Directing);
        BuyerCommands = new BuyerCommandBook(Directing);
        Recalls = new RecallBook(Orders, Directing);
    }

    /// <summary>Sequence of the last entry; 0: none.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Instant of the last entry, ms. Time never runs backwards: the next entry is not earlier.</summary>
    public long LastAt { get; private set; }

    /// <summary>The units.</summary>
    public StockBook Stock { get; } = new();

    /// <summary>The terms, the sale's life, and operators' commands.</summary>
    public DirectingBook Directing { get; }

    /// <summary>The operators' commands about one buyer.</summary>
    public BuyerCommandBook BuyerCommands { get; }

    /// <summary>The commands that wait for a second operator.</summary>
    public ApprovalBook Approvals { get; } = new();

    /// <summary>The cancelled reservations.</summary>
    public ReservationBook Reservations { get; } = new();

    /// <summary>The line of buyers who wait for units.</summary>
    public LineBook Line { get; }

    /// <summary>The orders.</summary>
    public OrderBook Orders { get; }

    /// <summary>The payments.</summary>
    public PaymentBook Payments { get; }

    /// <summary>Units that may still come to the line: held and not paid, or given back.</summary>
    public int UnitsThatMayCome => Stock.Held + Orders.Returns.Units;

    /// <summary>The newest recall.</summary>
    public RecallBook Recalls { get; }

    /// <summary>Whether a recall has orders left to cancel.</summary>
    public bool IsRecalling => Recalls.IsRunning;

    /// <summary>The terms; null: not created yet.</summary>
    public BatchTerms? Terms => Directing.Terms;

    /// <summary>
    /// The hashes of the aliases that entries concern, in the order of the ledger. An extension concerns all who hold
    /// units: it is one <see cref="BoardUpdate.Everybody"/>, and not as many as there are.
    /// </summary>
    public IReadOnlyList<ulong> Touches => _touches;

    /// <summary>Applies the next entry.</summary>
    /// <param name="seq">Its sequence: <see cref="LastSeq"/> + 1.</param>
    /// <param name="at">Its instant, ms: not before <see cref="LastAt"/>.</param>
    /// <param name="entry">The entry.</param>
    /// <exception cref="InconsistentEntryException">The entry contradicts the state; nothing was changed.</exception>
    public void Apply(long seq, long at, BatchEntry entry)
    {
        ThrowUnless(seq == LastSeq + 1, seq, $"follows entry {LastSeq}");
        ThrowUnless(at >= LastAt, seq, "is earlier than the entry before it");
        ThrowUnless(entry is Created == (seq == 1), seq, "creation comes first, and once");
        var command = CommandOf(entry);
        if (command is not null) BuyerCommands.RequireNew(seq, command);
        Approvals.RequireApproved(seq, command);
        Recalls.Require(seq, entry);
        Payments.Require(seq, entry);
        switch (entry)
        {
            case OrderEntry e:
                var giver = GiverOf(e);
                var paidBy = e is Released { Reason: CancelReason.Recalled } released
                    && Orders.Find(released.Order) is { Hold: HoldState.Sold, Payment: { } payment }
                    ? Payments.All[payment] : null;
                Orders.Apply(seq, at, e);
                Recalls.Take(e, paidBy);
                _touches.Add((e is Held held ? held.Buyer : Orders.At(seq, ((Released)e).Order).Buyer).High);
                if (giver is { } gives) _touches.Add(gives.High);
                break;
            case ReturnEntry e:
                Orders.Apply(seq, e);
                _touches.Add(Orders.At(seq, e.Order).Buyer.High);
                break;
            case OrderChangeEntry e:
                Orders.Apply(seq, at, e);
                _touches.Add((e is Granted granted ? granted.Buyer : Orders.At(seq, e.Command!.Number).Buyer).High);
                break;
            case PaymentEntry e:
                Payments.Apply(seq, at, e);
                Recalls.Take(e);
                _touches.Add(Orders.At(seq, e.Order).Buyer.High);
                break;
            case NoticeEntry e:
                Payments.Apply(seq, at, e);
                _touches.Add(Orders.At(seq, e.Order).Buyer.High);
                break;
            case ReservationCancelled e:
                Reservations.Apply(seq, e);
                Line.EndWaiting(e.User);
                _touches.Add(e.User.High);
                break;
            case LineEntry e:
                if (e is Joined { Key: { } key } joined)
                    ThrowUnless(PurchaseRules.FindByKey(Orders.LatestOf(joined.Buyer), key) is null, seq,
                        "a key that names an order");
                Line.Apply(seq, at, e);
                if (Line.BuyerOf(e) is { } buyer) _touches.Add(buyer.High);
                break;
            case StockEntry e: Stock.Apply(seq, e); break;
            case ApprovalEntry e: Approvals.Apply(seq, at, e); break;
            case DirectingEntry e: Directing.Apply(seq, at, e); break;
            case Extended e:
                Orders.Apply(seq, e);
                _touches.Add(BoardUpdate.Everybody);
                break;
            case Rescheduled e: Directing.Apply(seq, at, e); break;
            case Recalled e:
                Recalls.Apply(seq, at, e);
                Directing.Apply(at, e);
                break;
            default:
                throw new InconsistentEntryException(
                seq, $"{Encoding.UTF8.GetString(entry.Type)} has no rules in this version");
        }
        if (command is not null) Record(command);
        (LastSeq, LastAt) = (seq, at);
    }

    private IKeyedCommand? CommandOf(BatchEntry entry) => entry switch
    {
        ICommandEntry e => e.Command,
        IBuyerCommandEntry e => e.Command,
        Released e => e.CommandWhen(wasPaid: Orders.Find(e.Order)?.Hold == HoldState.Sold),
        _ => null,
    };

    // The buyer whose return an entry about another order concerns; null: none.
    private Alias? GiverOf(OrderEntry entry) => entry switch
    {
        Held { Offer.From: { } from } => Orders.Find(from)?.Buyer,
        Released e when Orders.Returns.Holds > 0 && Orders.Find(e.Order) is { } order =>
            Orders.Returns.ReturnedTo(order)?.Buyer,
        _ => null,
    };

    private void Record(IKeyedCommand command)
    {
        if (command is OperatorCommand ofBatch) Directing.Record(ofBatch);
        else BuyerCommands.Record((BuyerCommand)command);
        Approvals.Record(command);
    }
}
