namespace OrleansSale.Tests.Audit;

/// <summary>
/// What clients were told, written down as the answers come, to be held against the ledger: I4 says that all of it is
/// there. Safe for use by many threads at once.
/// </summary>
/// <remarks>
/// A ledger has aliases where clients have users. A client learns its own from its ticket. It cannot compute what
/// stands for its Idempotency-Keys; so without the batch's key a ledger shows that a key made the order, and that no
/// other order has that key, but not that it is this one. <see cref="Against"/> checks that too if it is given the
/// batch's key.
/// </remarks>
public sealed class ClientRecord
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OrderTold> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<(string User, string Key), string> _keys = [];

    // Further orders that a key was answered with. That may be if the key made a place, and its buyer declined a part.
    private readonly HashSet<(string User, string Key, string Order)> _laterOrders = [];
    private readonly PlacesTold _places = new();
    private readonly Dictionary<string, string> _keyOfOrder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReservationTold> _reservations = new(StringComparer.Ordinal);
    private readonly Violations _contradictions = new();

    /// <summary>How many facts were written down; a repeat counts again.</summary>
    public long Facts { get; private set; }

    /// <summary>Orders that somebody was told of.</summary>
    public int Orders => _orders.Count;

    /// <summary>Places in the line that somebody was told of.</summary>
    public int Places => _places.Count;

    /// <summary>Answers that contradict earlier ones, whatever the ledger says.</summary>
    public Violations Contradictions => _contradictions;

    /// <summary>The user learned from a ticket what stands for them in the ledger.</summary>
    /// <param name="user">The user, such as <c>weibo:alice</c>.</param>
    /// <param name="alias">Their alias.</param>
    public void Known(string user, string alias)
    {
        lock (_lock) Know(user, alias);
    }

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
            else if (!told.Units.SequenceEqual(units) && !(told.LaterUnits ??= units).SequenceEqual(units))
                Contradict($"{order} was told with three sets of units");
            if (key is null) return;
            if (!_keys.TryAdd((user, key), order) && _keys[(user, key)] != order)
                _laterOrders.Add((user, key, order));
            if (!_keyOfOrder.TryAdd(order, key) && _keyOfOrder[order] != key)
                Contradict($"{order} was the answer to {user}'s keys {_keyOfOrder[order]} and {key}");
        }
    }

    /// <summary>A purchase was answered with a place in the line, the first time or as a repeat.</summary>
    /// <param name="user">Whose purchase, such as <c>weibo:alice</c>.</param>
    /// <param name="key">Its Idempotency-Key, or null.</param>
    /// <param name="place">Number of the place in the answer.</param>
    /// <param name="quantity">The units asked for, as the answer says.</param>
    public void Placed(string user, string? key, long place, int quantity)
    {
        lock (_lock)
        {
            Facts++;
            if (_places.Add(user, key, place, quantity) is { } contradiction) Contradict(contradiction);
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
    /// <param name="alias">The user's alias, as the ticket states it.</param>
    public void Reserved(string user, long version, string alias)
    {
        lock (_lock)
        {
            Facts++;
            Know(user, alias);
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
    /// <param name="sale">What the ledger says.</param>
    /// <param name="secret">The batch's key; null: nobody here has it.</param>
    public Violations Against(AuditedSale sale, BatchSecret? secret = null)
    {
        lock (_lock)
        {
            var violations = new Violations();
            foreach (var contradiction in _contradictions.Kept) violations.Add(contradiction);
            CheckAliases(secret, violations);
            var refunded = sale.Payments.Values
                .Where(payment => payment.End == PaymentEnd.Refunded || payment is { Elsewhere: > 0, Left.Value: 0 })
                .Select(payment => payment.Order).ToHashSet();
            foreach (var (id, told) in _orders) CheckOrder(sale, id, told, refunded, violations);
            CheckKeys(sale, secret, violations);
            _places.Check(sale, AliasOf, secret, violations);
            foreach (var (user, told) in _reservations) CheckReservation(sale, user, told, violations);
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

    private void CheckKeys(AuditedSale sale, BatchSecret? secret, Violations violations)
    {
        foreach (var ((user, key), id) in _keys)
        {
            // An offer has no key of its own: it answers the key that made its place.
            var order = sale.Order(id);
            if ((order?.Key ?? order?.Place?.Key) is not { } made
                || (secret is not null && made != secret.KeyHashOf(AliasOf(user), key)))
                violations.Add(Invariant.I4, 0,
                    $"{user}'s key {key} was answered with {id}; the ledger does not say so");
            if (_places.Misfit(user, key, id, order) is { } misfit) violations.Add(Invariant.I4, 0, misfit);
        }

        foreach (var (user, key, later) in _laterOrders)
        {
            var first = _keys[(user, key)];
            if (sale.Order(later)?.Place is not { } place || sale.Order(first)?.Place != place)
                violations.Add(Invariant.I4, 0, $"{user}'s key {key} was answered with {first} and with {later}");
        }
    }

    // Without the alias of a user, nothing in the ledger can be checked for that user. So a missing alias is a
    // violation.
    private void CheckAliases(BatchSecret? secret, Violations violations)
    {
        // Users who were told of no reservation, order or place need no alias.
        var reserved = _reservations.Where(told => told.Value.Version > 0).Select(told => told.Key);
        foreach (var user in _orders.Values.Select(told => told.User).Concat(_places.Users).Concat(reserved)
            .Distinct(StringComparer.Ordinal))
        {
            if (AliasOf(user) is "") violations.Add(Invariant.I4, 0, $"{user}'s alias is not known");
            else if (secret is not null && secret.AliasOf(user) != AliasOf(user))
                violations.Add(Invariant.I4, 0, $"{user}'s ticket states {AliasOf(user)}, which is not their alias");
        }
    }

    private void CheckReservation(AuditedSale sale, string user, ReservationTold told, Violations violations)
    {
        var cancelled = sale.ReservationsCancelledUpTo(AliasOf(user));
        if (cancelled < told.CancelledUpTo)
            violations.Add(Invariant.I4, 0,
                $"{user} was told that reservation {told.CancelledUpTo} is cancelled; it is not");
        if (told.Standing == true && cancelled >= told.Version)
            violations.Add(Invariant.I4, 0,
                $"{user} was told of reservation {told.Version}; the ledger cancelled it");
    }

    private void CheckOrder(
        AuditedSale sale, string id, OrderTold told, HashSet<AuditedOrder> refunded, Violations violations)
    {
        if (sale.Order(id) is not { } order)
        {
            violations.Add(Invariant.I4, 0, $"{told.User} was given {id}; the ledger has no such order");
            return;
        }

        if (order.Alias != AliasOf(told.User) || !IsOf(order, told.Units, told.LaterUnits))
            violations.Add(Invariant.I4, order.Seq,
                $"{told.User} was told of {id} with other units, or it is another user's");
        if (told.Cancelled && order.Live)
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is cancelled; it is live");
        if (told.Paid && order.Payment is null)
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is paid; it was never sold");
        if (told.Refunded && !refunded.Contains(order))
            violations.Add(Invariant.I4, order.Seq, $"{told.User} was told that {id} is refunded; it is not");
    }

    private static bool IsOf(AuditedOrder order, IReadOnlyList<int> units, IReadOnlyList<int>? later) => later is null
        ? order.Units.SequenceEqual(units) || order.FirstUnits.SequenceEqual(units)
        : order.FirstUnits.SequenceEqual(units) && order.Units.SequenceEqual(later);

    private string AliasOf(string user) => _aliases.GetValueOrDefault(user, "");

    private void Know(string user, string alias)
    {
        if (!_aliases.TryAdd(user, alias) && _aliases[user] != alias)
            Contradict($"{user} has two aliases, {_aliases[user]} and {alias}");
        if (!_users.TryAdd(alias, user) && _users[alias] != user) Contradict($"{alias} is {_users[alias]} and {user}");
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

        /// <summary>Other units, which it may get once, by a late payment; null: never told.</summary>
        public IReadOnlyList<int>? LaterUnits { get; set; }

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
