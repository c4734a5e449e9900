namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>An entry of a history, before it has a sequence.</summary>
/// <param name="Type">Joined, offered, held, sold, released, left or unreserved.</param>
/// <param name="Number">Which step of the sound history it is, from 1; another if it was put in later.</param>
/// <param name="User">The user; empty: it names none.</param>
/// <param name="Version">The version of the user's reservation.</param>
/// <param name="Place">Number of the place; 0: none.</param>
/// <param name="Quantity">Units that a place asks for.</param>
/// <param name="Units">The units of a hold or a release.</param>
/// <param name="Order">The number of the step that made the order; 0: it names none.</param>
/// <param name="Why">Why a place ended.</param>
internal sealed record Step(
    string Type, int Number, string User = "", long Version = 0, long Place = 0, int Quantity = 0, int[]? Units = null,
    int Order = 0, string Why = "");

/// <summary>
/// Makes a sound history of a small batch with a line, from a list of choices. It knows just enough of the rules to
/// make no other: who has something to buy or wait for does nothing else, and what is free is offered at once.
/// </summary>
internal sealed class PlaceHistory
{
    private const int Users = 9, Limit = 2, Stock = 3;

    private readonly List<Step> _steps = [];
    private readonly SortedSet<int> _free = [.. Enumerable.Range(1, Stock)];
    private readonly List<(Step Hold, Step? Joined)> _held = [];
    private readonly List<Step> _waiting = [];
    private readonly HashSet<Step> _declined = [];
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private long _places;

    private int Next => _steps.Count + 1;

    /// <summary>The steps of the history that follows from these choices.</summary>
    public static List<Step> Of(IEnumerable<int> choices)
    {
        var history = new PlaceHistory();
        foreach (var choice in choices) history.Do(choice % 100, choice / 100);
        return history._steps;
    }

    /// <summary>The ledger of a history.</summary>
    public static LedgerScript Write(IEnumerable<Step> steps)
    {
        var script = new LedgerScript(Stock, Limit, more: "\"standbyLimit\":20,\"offerWindowSeconds\":60");
        var orders = new Dictionary<int, long>();
        foreach (var step in steps)
        {
            var (units, order) = (string.Join(',', step.Units ?? []), orders.GetValueOrDefault(step.Order));
            _ = step.Type switch
            {
                "joined" => script.Joined(step.User, step.Place, step.Quantity, reservation: step.Version),
                "offered" => script.Offered(step.User, step.Place, units, window: 60, reservation: step.Version),
                "held" => script.Held(step.User, units, reservation: step.Version),
                "sold" => script.Sold(order, $"p{order}", PriceOf(step.Units!.Length)),
                "released" => script.Released(order, units),
                "left" => script.Left(step.Place, step.Why),
                _ => script.Unreserved(step.User, step.Version),
            };
            if (step.Type is "offered" or "held") orders[step.Number] = script.Seq;
        }

        return script;
    }

    private static string PriceOf(int units) => $$"""{"amount":{{199_900 * units}},"currency":"CNY"}""";

    private void Do(int what, int which)
    {
        switch (what)
        {
            case < 45: Buy(which % Users, 1 + (which / Users % Limit)); break;
            case < 48 when _held.Count > 0: Sell(which % _held.Count); break;
            case < 85 when _held.Count > 0: Release(which % _held.Count); break;
            case < 92 when _waiting.Count > 0:
                Leave(which % _waiting.Count, which / 7 % 2 == 0 ? "left" : "removed");
                break;
            case < 97 when _waiting.Count > 0: Unreserve(which % _waiting.Count); break;
            default: break;
        }

        while (_free.Count > 0 && _waiting.Count > 0) Offer();
    }

    private void Buy(int user, int quantity)
    {
        var name = $"weibo:u{user}";
        if (_done.Contains(name) || _held.Exists(held => held.Hold.User == name)
            || _waiting.Exists(joined => joined.User == name)) return;
        if (_waiting.Count == 0 && quantity <= _free.Count)
        {
            Hold(new Step("held", Next, name, VersionOf(name), Units: Take(quantity)), null);
            return;
        }

        _waiting.Add(Add(new Step("joined", Next, name, VersionOf(name), ++_places, quantity)));
    }

    private void Offer()
    {
        var joined = _waiting.MinBy(waits => waits.Place)!;
        _waiting.Remove(joined);
        var units = Take(Math.Min(joined.Quantity, _free.Count));
        Hold(new Step("offered", Next, joined.User, joined.Version, joined.Place, Units: units), joined);
    }

    private void Sell(int index)
    {
        var (hold, _) = _held[index];
        _held.RemoveAt(index);
        Add(new Step("sold", Next, Units: hold.Units, Order: hold.Number));
        // Sold units count towards the limit, so this user wants no more.
        _done.Add(hold.User);
    }

    private void Release(int index)
    {
        var (hold, joined) = _held[index];
        _held.RemoveAt(index);
        Add(new Step("released", Next, Units: hold.Units, Order: hold.Number));
        _free.UnionWith(hold.Units!);
        if (joined is null) return;
        if (hold.Units!.Length < joined.Quantity && _declined.Add(joined)) _waiting.Add(joined);
        else Add(new Step("left", Next, Place: joined.Place, Why: "passed"));
    }

    private void Leave(int index, string why)
    {
        Add(new Step("left", Next, Place: _waiting[index].Place, Why: why));
        _waiting.RemoveAt(index);
    }

    private void Unreserve(int index)
    {
        var joined = _waiting[index];
        Add(new Step("unreserved", Next, joined.User, joined.Version));
        _waiting.RemoveAt(index);
        _versions[joined.User] = joined.Version + 1;
    }

    private long VersionOf(string user) => _versions.GetValueOrDefault(user, 1);

    private void Hold(Step hold, Step? joined) => _held.Add((Add(hold), joined));

    private int[] Take(int quantity)
    {
        int[] units = [.. _free.Take(quantity)];
        _free.ExceptWith(units);
        return units;
    }

    private Step Add(Step step)
    {
        _steps.Add(step);
        return step;
    }
}
