namespace OrleansSale.Tests.Audit;

/// <summary>
/// What clients were told, written down as the answers come, to be held against the ledger: I4 says that all of it is
/// there.
/// Safe for use by many threads at once.
/// </summary>
public sealed class ClientRecord
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OrderTold> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<(string User, string Key), string> _keys = [];
    private readonly Dictionary<string, ReservationTold> _reservations = new(StringComparer.Ordinal);
    private readonly Violations _contradictions = new();

    /// <summary>How many facts were written down; a repeat counts again.</summary>
    public long Facts { get; private set; }

    /// <summary>Orders that somebody was told of.</summary>
    public int Orders => _orders.Count;

    /// <summary>Answers that contradict earlier ones, whatever the ledger says.</summary>
    public Violations Contradictions => _contradictions;

    /// <summary>A purchase was answered with an order, the first time or as a repeat.</summary>
    /// <param name="user">Whose purchase, such as <c>weibo:alice</c>.</param>
    /// <param name="key">Its Idempotency-Key, or null.</param>
    /// <param name="order">Id of the order in the answer.</param>
    /// <param name="units">The units in the answer.</param>
    public void Ordered(string user, string? key, string order, IReadOnlyList<int> units)
    {
        lock (_lock)
        {
            Facts++;
            if (!_orders.TryGetValue(order, out var told)) _orders.Add(order, told = new OrderTold(user, units));
            else if (told.User != user) Contradict($"{order} was given to {told.User} and to {user}");
            else if (!told.Units.SequenceEqual(units)) Contradict($"{order} was told with two sets of units");
            if (key is null) return;
            if (!_keys.TryAdd((user, key), order) && _keys[(user, key)] != order)
                Contradict($"{user}'s key {key} was answered with {_keys[(user, key)]} and with {order}");
        }
    }

    /// <summary>
    /// The order was answered as cancelled, refunding or refunded: its units are no longer the user's.
    /// </summary>
    public void Cancelled(string order) => Note(order, told => told.Cancelled = true);

    /// <summary>The order was answered as paid.</summary>
    public void Paid(string order) => Note(order, told => told.Paid = true);

    /// <summary>The order was answered as refunded.</summary>
    public void Refunded(string order) => Note(order, told => told.Refunded = true);

    /// <summary>A reservation was confirmed.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="version">Its version, as the ticket states it, 1 or more.</param>
    public void Reserved(string user, long version)
    {
        lock (_lock)
        {
            Facts++;
            var told = Reservation(user);
            if (version < told.Version)
                Contradict($"{user}'s reservation went back from version {told.Version} to {version}");
            if (version <= told.CancelledUpTo)
                Contradict($"{user}'s reservation {version} is confirmed after it was cancelled");
            (told.Version, told.Standing) = (version, true);
        }
    }

    /// <summary>Cancelling the reservation was confirmed: every version told so far is void.</summary>
    public void Unreserved(string user)
    {
        lock (_lock)
        {
            Facts++;
            var told = Reservation(user);
            (told.CancelledUpTo, told.Standing) = (told.Version, false);
        }
    }

    /// <summary>
    /// A change of the reservation was asked for and not answered: it may stand or not until the next answer.
    /// </summary>
    public void ReservationUncertain(string user)
    {
        lock (_lock) Reservation(user).Standing = null;
    }

    /// <summary>Everything told that the ledger does not bear out. Call it when nobody writes any more.</summary>
    public Violations Against(AuditedSale sale)
    {
        lock (_lock)
        {
            var violations = new Violations();
            foreach (var contradiction in _contradictions.Kept) violations.Add(contradiction);
            var refunded = sale.Payments.Values
                .Where(payment => payment.End == PaymentEnd.Refunded).Select(payment => payment.Order).ToHashSet();
            foreach (var (id, told) in _orders) CheckOrder(sale, id, told, refunded, violations);
            foreach (var ((user, key), order) in _keys)
            {
                if (sale.OrderOf(user, key) is not { } made || made != sale.Order(order))
                    violations.Add(Invariant.I4, 0,
                        $"{user}'s key {key} was answered with {order}; the ledger does not say so");
            }

            foreach (var (user, told) in _reservations)
            {
                var cancelled = sale.ReservationsCancelledUpTo(user);
                if (cancelled < told.CancelledUpTo)
                    violations.Add(Invariant.I4, 0,
                        $"{user} was told that reservation {told.CancelledUpTo} is cancelled; it is not");
                if (told.Standing == true && cancelled >= told.Version)
                    violations.Add(Invariant.I4, 0,
                        $"{user} was told of reservation {told.Version}; the ledger cancelled it");
            }

            return violations;
        }
    }

    /// <summary>
    /// Holds the batch's list of reservations against what users were told last; the ones that are uncertain are left
    /// out.
    /// </summary>
    public Violations AgainstRoster(IReadOnlySet<string> users)
    {
        lock (_lock)
        {
            var violations = new Violations();
            foreach (var (user, told) in _reservations)
            {
                if (told.Standing == true && !users.Contains(user))
                    violations.Add(Invariant.I4, 0, $"{user} was told of a reservation that the list lacks");
                if (told.Standing == false && users.Contains(user))
                    violations.Add(Invariant.I4, 0,
                        $"{user} was told that the reservation is cancelled, but the list has it");
            }

            return violations;
        }
    }

    private static void CheckOrder(
        AuditedSale sale, string id, OrderTold told, HashSet<AuditedOrder> refunded, Violations violations)
    {
        if (sale.Order(id) is not { } order)
        {
            violations.Add(Invariant.I4, 0, $"{told.User} was given {id}; the ledger has no such order");
            return;
        }

        if (order.User != told.User || !order.Units.SequenceEqual(told.Units))
            violations.Add(Invariant.I4, order.Seq,
                $"{told.User} was told of {id} with other units, or it is another user's");
        if (told.Cancelled && order.Live)
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is cancelled; it is live");
        if (told.Paid && order.Payment is null)
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is paid; it was never sold");
        if (told.Refunded && !refunded.Contains(order))
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is refunded; it is not");
    }

    private void Note(string order, Action<OrderTold> note)
    {
        lock (_lock)
        {
            Facts++;
            if (_orders.TryGetValue(order, out var told)) note(told);
            else Contradict($"{order} was answered about before anybody was given it");
        }
    }

    private ReservationTold Reservation(string user)
    {
        if (_reservations.TryGetValue(user, out var told)) return told;
        return _reservations[user] = new ReservationTold();
    }

    private void Contradict(string text) => _contradictions.Add(Invariant.I4, 0, text);

    private sealed class OrderTold(string user, IReadOnlyList<int> units)
    {
        public string User { get; } = user;

        public IReadOnlyList<int> Units { get; } = units;

        public bool Cancelled { get; set; }

        public bool Paid { get; set; }

        public bool Refunded { get; set; }
    }

    private sealed class ReservationTold
    {
        public long Version { get; set; }

        public long CancelledUpTo { get; set; }

        /// <summary>Null: not known.</summary>
        public bool? Standing { get; set; }
    }
}
