using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Shopping;

/// <summary>
/// A time in which every request must be answered; from its end on, none need be. One life of an engine, or the time of
/// a sale at a cluster that lives on when parts of it die.
/// </summary>
/// <param name="clients">How shoppers reach the engine: the shopper of number n by client n, modulo their
/// number.</param>
/// <param name="findings">Where what goes against the contract is noted.</param>
public sealed class Life(IReadOnlyList<EngineClient> clients, Findings findings)
{
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly ConcurrentQueue<(int Client, long Asked, long Answered)> _purchases = new();
    private volatile bool _closed, _ended;

    /// <summary>The first client, for those who are not shoppers.</summary>
    public EngineClient Client => clients[0];

    /// <summary>Whether shoppers go on.</summary>
    public bool Goes => !_closed && !_ended;

    /// <summary>Whether the sandbox's cashier may be down meanwhile. Default: not.</summary>
    public bool CashierMayBeAway { get; init; }

    /// <summary>How many purchases were answered with a new order.</summary>
    public int Purchases => _purchases.Count;

    /// <summary>The longest that the engine took for a single answer.</summary>
    public TimeSpan LongestAnswer => clients.Max(client => client.LongestAnswer);

    /// <summary>How often each request was answered how.</summary>
    public string Outcomes => string.Join(", ", _outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal)
        .Select(outcome => $"{outcome.Key} {outcome.Value}"));

    /// <summary>The client of a shopper.</summary>
    public EngineClient ClientOf(int shopper) => clients[shopper % clients.Count];

    /// <summary>Nobody comes any more; who is there is still served.</summary>
    public void Close() => _closed = true;

    /// <summary>From now on no answer need come.</summary>
    public void End() => _ended = true;

    /// <summary>How many purchases one of the clients got answered with a new order.</summary>
    public int PurchasesOf(int client) => _purchases.Count(purchase => purchase.Client == client);

    /// <summary>A purchase was answered with a new order.</summary>
    /// <param name="shopper">The shopper's number.</param>
    /// <param name="asked">When it was asked for, as a Stopwatch timestamp.</param>
    public void Bought(int shopper, long asked) =>
        _purchases.Enqueue((shopper % clients.Count, asked, Stopwatch.GetTimestamp()));

    /// <summary>
    /// From that moment to the first new order that was asked for after it; null: there is none yet.
    /// </summary>
    /// <param name="moment">A Stopwatch timestamp.</param>
    public TimeSpan? NextPurchaseAfter(long moment)
    {
        var later = _purchases.Where(purchase => purchase.Asked > moment).Select(purchase => purchase.Answered)
            .ToList();
        return later.Count == 0 ? null : Stopwatch.GetElapsedTime(moment, later.Min());
    }

    /// <summary>
    /// Takes an answer for what it may be: a success, a refusal among <paramref name="allowed"/>, overloaded, or none
    /// at the end.
    /// </summary>
    public EngineAnswer Judge(
        string who, string does, string? what, EngineAnswer answer, params ReadOnlySpan<string> allowed)
    {
        var outcome = answer.Answered ? answer.Code ?? $"{answer.Status}" : "no answer";
        _outcomes.AddOrUpdate($"{does}: {outcome}", 1, (_, count) => count + 1);
        if (!answer.Answered) findings.Expect(_ended, $"{who} {does} {what}: no answer while the engine lives");
        else if (!answer.Succeeded && answer.Code != "overloaded" && !allowed.Contains(answer.Code))
            findings.Add($"{who} {does} {what}: {answer}");
        return answer;
    }
}
