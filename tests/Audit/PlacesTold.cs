namespace OrleansSale.Tests.Audit;

/// <summary>The places in the line that clients were told of.</summary>
internal sealed class PlacesTold
{
    private readonly Dictionary<long, (string User, int Quantity)> _places = [];
    private readonly Dictionary<(string User, string Key), long> _keys = [];

    /// <summary>Everybody who was told of a place.</summary>
    public IEnumerable<string> Users => _places.Values.Select(told => told.User);

    /// <summary>How many places somebody was told of.</summary>
    public int Count => _places.Count;

    /// <summary>Notes an answer with a place.</summary>
    /// <returns>Null; or what it contradicts.</returns>
    public string? Add(string user, string? key, long place, int quantity)
    {
        if (!_places.TryAdd(place, (user, quantity)) && _places[place] != (user, quantity))
            return $"place {place} for {_places[place].Quantity} was given to {_places[place].User}, "
                + $"and place {place} for {quantity} to {user}";
        return key is not null && !_keys.TryAdd((user, key), place) && _keys[(user, key)] != place
            ? $"{user}'s key {key} was answered with place {_keys[(user, key)]} and with place {place}"
            : null;
    }

    /// <summary>Everything told that the ledger does not bear out.</summary>
    /// <param name="sale">What the ledger says.</param>
    /// <param name="aliasOf">What stands for a user in it.</param>
    /// <param name="secret">The batch's key; null: nobody here has it.</param>
    /// <param name="violations">Takes what is found.</param>
    public void Check(AuditedSale sale, Func<string, string> aliasOf, BatchSecret? secret, Violations violations)
    {
        foreach (var (number, told) in _places)
        {
            if (sale.Place(number) is not { } place)
                violations.Add(Invariant.I4, 0, $"{told.User} was given place {number}; the ledger has no such place");
            else if (place.Alias != aliasOf(told.User) || place.Quantity != told.Quantity)
                violations.Add(Invariant.I4, 0,
                    $"{told.User} was told of place {number} for {told.Quantity}; "
                    + $"it is for {place.Quantity}, or another user's");
        }

        foreach (var ((user, key), number) in _keys)
        {
            if (sale.Place(number)?.Key is not { } made
                || (secret is not null && made != secret.KeyHashOf(aliasOf(user), key)))
                violations.Add(Invariant.I4, 0,
                    $"{user}'s key {key} was answered with place {number}; the ledger does not say so");
        }
    }

    /// <summary>
    /// The fault of an order that a key was answered with; null: none. A key that made a place is answered with an
    /// order only if that is an offer to the place.
    /// </summary>
    public string? Misfit(string user, string key, string id, AuditedOrder? order) =>
        _keys.TryGetValue((user, key), out var place) && order?.Place?.Number != place
            ? $"{user}'s key {key} was answered with place {place}, and with {id}, which is no offer to it"
            : null;
}
