namespace OrleansSale.Tests.Audit;

/// <summary>Applies a batch's entries one by one and checks the invariants after each.</summary>
internal sealed partial class SaleReplay
{
    private const int LongestExtensionSeconds = 86_400, LongestHoldSeconds = 604_800;

    private readonly Violations _violations;
    private readonly List<AuditedOrder> _orders = [];
    private readonly Dictionary<long, AuditedOrder> _bySeq = [];
    private readonly HashSet<(string By, string Key)> _stockKeys = [];

    public SaleReplay(SaleTerms terms, Violations violations)
    {
        (Terms, _violations, Units, Money) = (terms, violations, new(violations), new(terms, violations));
        Life = new SaleLife(terms, violations);
        Buyers = new BuyerBook(terms, Life, violations);
        Line = new WaitingLine(terms, violations);
        Commands = new CommandBook(violations);
        Recalls = new RecallBook(violations);
        Returns = new ReturnBook(terms, Life, violations);
    }

    public SaleTerms Terms { get; }

    public UnitMap Units { get; }

    public SaleLife Life { get; }

    public BuyerBook Buyers { get; }

    public WaitingLine Line { get; }

    public MoneyBook Money { get; }

    public RecallBook Recalls { get; }

    private CommandBook Commands { get; }

    private ReturnBook Returns { get; }

    public IReadOnlyList<AuditedOrder> Orders => _orders;

    /// <summary>When the first unit was held.</summary>
    public DateTime? FirstHeldAt { get; private set; }

    /// <summary>When no unit was free any more, the last time that happened.</summary>
    public DateTime? SoldOutAt { get; private set; }

    public AuditedOrder? OrderAt(long seq) => _bySeq.GetValueOrDefault(seq);

    /// <summary>Applies one entry.</summary>
    public void Apply(LedgerEntry entry)
    {
        if (!Money.Closes(entry)) Money.CheckNothingOpen(entry.Seq);
        if (!Life.Closes(entry)) Life.CheckNothingOpen(entry.Seq);
        Commands.Follow(entry);
        Returns.Follow(entry);
        switch (entry.Type)
        {
            case EntryType.Created: _violations.Add(Invariant.Form, entry.Seq, "the batch is created twice"); break;
            case EntryType.Opened: Life.Open(entry); Line.Open(); break;
            case EntryType.Ended: Life.End(entry); Line.End(); break;
            case EntryType.Anonymised:
                Life.Anonymise(entry, Units.Counts.Held + Returns.Takers, Money.Owed);
                Recalls.CheckFinished(entry.Seq, "anonymised");
                break;
            case EntryType.Held: Hold(entry); break;
            case EntryType.Joined: Line.Join(entry, Buyers.Join(entry), Units.Counts); break;
            case EntryType.BacklogCarried: Line.EndCarrying(entry); break;
            case EntryType.BacklogDropped: Line.Drop(entry); break;
            case EntryType.Granted: Grant(entry); break;
            case EntryType.Proposed or EntryType.Approved: break;
            case EntryType.Left: Line.Leave(entry); break;
            case EntryType.LineSuspended or EntryType.LineResumed: Line.Direct(entry); break;
            case EntryType.ReservationCancelled: Line.Unreserve(Buyers.CancelReservation(entry)); break;
            case EntryType.Restocked: CheckStockKey(entry); Units.Restock(entry); break;
            case EntryType.Withdrawn: CheckStockKey(entry); Units.Withdraw(entry); break;
            case EntryType.Paused or EntryType.Closed: Life.Direct(entry.Type); break;
            case EntryType.Resumed:
                Life.Direct(entry.Type);
                Recalls.CheckFinished(entry.Seq, "resumed");
                break;
            case EntryType.Extended: Extend(entry); break;
            case EntryType.Rescheduled: Life.Reschedule(entry); break;
            case EntryType.Recalled:
                Recalls.Begin(entry, _orders);
                Life.Recall();
                break;
            default: ApplyToOrder(entry); break;
        }

        Units.CheckCounts(entry.Seq);
    }

    /// <summary>The checks that need the whole ledger.</summary>
    public void End(long seq)
    {
        Money.CheckNothingOpen(seq);
        Money.CheckBalance(seq, _orders);
        Life.CheckNothingOpen(seq);
        Commands.End(seq);
        Returns.End(seq);
        Units.Recount(seq, _orders);
    }

    private void Hold(LedgerEntry entry)
    {
        var isOffer = entry.Has(Members.Place);
        CheckPayBy(entry, isOffer ? Terms.OfferWindowSeconds : Terms.PaymentWindowSeconds);
        if (entry.Has(Members.From) && Line.UnitsForLine(Units.Counts) is > 0 and var free)
            _violations.Add(Invariant.I5, entry.Seq, $"a return is offered while {free} units are free for the line");
        var place = isOffer ? Line.Offer(entry, Units.Counts) : null;
        var buyer = Buyers.Hold(entry);
        if (!isOffer) Line.CheckPurchase(entry, Units.Counts);
        Add(entry, buyer, place);
    }

    private void Grant(LedgerEntry entry)
    {
        CheckPayBy(entry, Terms.PaymentWindowSeconds);
        var buyer = Buyers.Grant(entry);
        Line.CheckNobodyWaits(entry.Seq, buyer);
        Line.Grant(entry);
        Add(entry, buyer, place: null);
    }

    private void Add(LedgerEntry entry, Buyer buyer, AuditedPlace? place)
    {
        if (entry.Order != entry.Seq)
            _violations.Add(Invariant.Form, entry.Seq,
                $"the order's id {Terms.Batch}.{entry.Order} does not name the entry that made it");
        var order = new AuditedOrder(_orders.Count + 1, entry.Order, buyer, [.. entry.Units])
        {
            HeldAt = entry.At,
            PayBy = entry.PayBy,
            Key = entry.Type == EntryType.Held ? entry.Key : null,
            Place = place,
        };
        if (place is not null) place.Order = order;
        _orders.Add(order);
        if (!_bySeq.TryAdd(order.Seq, order)) _violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is held twice");
        if (entry.Has(Members.From)) Returns.Hold(entry, order, place?.Quantity ?? 0);
        else Take(entry, order);
        FirstHeldAt ??= entry.At;
    }

    private void Take(LedgerEntry entry, AuditedOrder order)
    {
        Units.Hold(entry.Seq, order.Number, entry.Units, number => Name(_orders[number - 1]));
        if (Units.Counts.Free == 0) SoldOutAt = entry.At;
    }

    private void CheckPayBy(LedgerEntry entry, int windowSeconds)
    {
        var payBy = entry.At.AddSeconds(windowSeconds);
        if (entry.PayBy != payBy)
            _violations.Add(Invariant.Deadline, entry.Seq, $"payBy is {entry.PayBy:O}, the window ends {payBy:O}");
    }

    // The holds that await payment have more time, and none has more than a week.
    private void Extend(LedgerEntry entry)
    {
        if (entry.Seconds is < 1 or > LongestExtensionSeconds)
            Violate(entry, $"extended by {entry.Seconds} s");
        var awaiting = _orders.Where(order => order.Live && order.Payment is null).ToList();
        if (awaiting.Count == 0) Violate(entry, "extended, but nothing awaits payment");
        foreach (var order in awaiting)
        {
            order.PayBy = order.PayBy.AddSeconds(entry.Seconds);
            if ((order.PayBy - order.HeldAt).TotalSeconds > LongestHoldSeconds)
                Violate(entry, $"{Name(order)} is held for longer than {LongestHoldSeconds} s");
        }

        void Violate(LedgerEntry at, string what) => _violations.Add(Invariant.Deadline, at.Seq, what);
    }

    private void ApplyToOrder(LedgerEntry entry)
    {
        if (!_bySeq.TryGetValue(entry.Order, out var order))
        {
            _violations.Add(Invariant.I6, entry.Seq,
                $"{entry.Type} of an order that was never held: {Terms.Batch}.{entry.Order}");
            return;
        }

        switch (entry.Type)
        {
            case EntryType.CheckoutOpened: Money.CheckOut(entry, order); break;
            case EntryType.Sold: Sell(entry, order); break;
            case EntryType.Released: Release(entry, order); break;
            case EntryType.RefundOwed: Owe(entry, order); break;
            case EntryType.Revived: Revive(entry, order); break;
            case EntryType.Shipped: Ship(entry, order); break;
            case EntryType.ReturnOffered or EntryType.ReturnCancelled: Returns.Direct(entry, order); break;
            case EntryType.Refunded: Money.Refund(entry, order); break;
            case EntryType.RefundStalled or EntryType.RefundedElsewhere or EntryType.Disputed:
                Money.Note(entry, order);
                break;
            default: throw new InvalidOperationException($"{entry.Type} does not concern an order");
        }
    }

    private void Sell(LedgerEntry entry, AuditedOrder order)
    {
        if (entry.Has(Members.Units)) HoldAgain(entry, order);
        Returns.Sell(entry, order);
        var counts = order.Live && order.Payment is null;
        Recalls.Sell(entry, order);
        Money.Sell(entry, order);
        if (counts) Units.Sell(order.Units.Count);
        Line.Take(order);
    }

    private void CheckStockKey(LedgerEntry entry)
    {
        if (!_stockKeys.Add((entry.By, entry.Key!)))
            _violations.Add(Invariant.I1, entry.Seq,
                $"{entry.By}'s request {entry.Key} changes the stock a second time");
    }

    private string Name(AuditedOrder order) => $"{Terms.Batch}.{order.Seq}";
}
